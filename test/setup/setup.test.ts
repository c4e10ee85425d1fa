import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseDataDir } from '#src/setup/choose-data-dir.mjs'
import { findChromium } from '#src/setup/find-chromium.mjs'
import { findPostgres, isPostgisNewEnough } from '#src/setup/find-postgres.mjs'
import { findTestServer } from '#src/setup/find-test-servers.mjs'
import { describeMissingPostgres } from '#src/setup/install-packages.mjs'
import { runProgram, runQuietly } from '#src/setup/run-program.mjs'
import { countTests } from '#src/setup/run-tests.mjs'
import { takeTurns } from '#src/setup/take-turns.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'barzan-setup-test-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('counting tests', () => {
  const file = (status: string, ...results: string[]) => ({ status, assertionResults: results.map((r) => ({ status: r })) })

  test.each([
    ['everything passed', [file('passed', 'passed', 'passed')], 0, { passed: 2, failed: 0, skipped: 0 }],
    ['one failed', [file('failed', 'passed', 'failed')], 1, { passed: 1, failed: 1, skipped: 0 }],
    [
      'skipped and to do are told apart',
      [file('passed', 'passed', 'skipped', 'todo', 'pending')],
      0,
      { passed: 1, failed: 0, skipped: 3 },
    ],
    [
      'a file that does not load is a failure',
      [file('failed'), file('passed', 'passed')],
      1,
      { passed: 1, failed: 1, skipped: 0 },
    ],
    ['an error outside of every test is a failure', [file('passed', 'passed')], 1, { passed: 1, failed: 1, skipped: 0 }],
  ])('%s', (_, testResults, exitCode, expected) => {
    expect(countTests({ testResults }, exitCode)).toEqual(expected)
  })

  test('no report is a failure', () => {
    expect(countTests(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})

describe('finding PostgreSQL', () => {
  /** Programs that answer as an installation would. */
  function pretend(name: string, version: string, postgis: string | null): string {
    const bin = join(folder, name, 'bin')
    const extensions = join(folder, name, 'share', 'extension')
    mkdirSync(bin, { recursive: true })
    mkdirSync(extensions, { recursive: true })
    writeFileSync(join(bin, 'postgres'), `#!/bin/sh\necho "postgres (PostgreSQL) ${version}"\n`, { mode: 0o755 })
    writeFileSync(join(bin, 'initdb'), '', { mode: 0o755 })
    if (postgis) for (const file of ['postgis.control', `postgis--${postgis}.sql`]) writeFileSync(join(extensions, file), '')
    return bin
  }

  test('one that is new enough, with PostGIS', () => {
    const bin = pretend('good', '99.1 (Debian 99.1-1)', '3.5.0')
    expect(findPostgres({ PATH: bin }).fit[0]).toEqual({ bin, version: 99, postgis: '3.5.0' })
  })
  test('what does not fit is seen and named', () => {
    const old = pretend('old', '14.9', '3.4.0')
    const bare = pretend('bare', '98.0', null)
    const early = pretend('early', '97.3', '3.2.1')
    const { fit, seen } = findPostgres({ PATH: [old, bare, early].join(':') })
    expect(fit.filter((f) => f.bin.startsWith(folder))).toEqual([])
    expect(seen.filter((s) => s.bin.startsWith(folder))).toEqual([
      { bin: bare, version: 98, postgis: null },
      { bin: early, version: 97, postgis: '3.2.1' },
      { bin: old, version: 14, postgis: '3.4.0' },
    ])
  })
  test.each([
    ['3.3.0', true],
    ['3.2.9', false],
    ['3.10.0', true],
    ['4.0.0', true],
    ['2.9.9', false],
  ])('PostGIS %s: %s', (version, isEnough) => expect(isPostgisNewEnough(version)).toBe(isEnough))

  test.each([
    ['debian', /apt-get install --no-install-recommends postgresql-15-postgis-3/],
    ['fedora', /dnf install postgresql-server/],
    ['macos', /brew install postgresql@17 postgis/],
    ['other', /from your system/],
  ] as const)('the sentence for %s says what to install', (system, command) => {
    const sentence = describeMissingPostgres([{ bin: '/usr/lib/postgresql/15/bin', version: 15, postgis: null }], system)
    expect(sentence).toMatch(command)
    expect(sentence).toMatch(/found only PostgreSQL 15 in .* without PostGIS/)
    expect(sentence).toMatch(/Or set DATABASE_URL/)
  })
})

describe('finding Chromium', () => {
  test('the one that is named comes first', () => {
    const path = join(folder, 'my-chromium')
    writeFileSync(path, '')
    expect(findChromium({ CHROMIUM: path })).toBe(path)
  })
})

test('nginx and PgBouncer: the one that is named, else the system’s', () => {
  const path = join(folder, 'nginx')
  writeFileSync(path, '')
  expect(findTestServer('nginx', { NGINX: path })).toBe(path)
  expect(findTestServer('nginx', { NGINX: join(folder, 'nowhere'), PATH: folder })).toMatch(/\/nginx$/)
  expect(findTestServer('pgbouncer', { NGINX: path })).not.toBe(path)
})

describe('the data folder', () => {
  test('BARZAN_DATA, as given', () => expect(chooseDataDir({ BARZAN_DATA: '/srv/barzan' }, folder)).toBe('/srv/barzan'))
  test('else .data in the project', () => expect(chooseDataDir({}, folder)).toBe(join(folder, '.data')))
  test.skipIf(process.getuid?.() !== 0)('else, in a project root alone can enter, a folder under /var/lib', () => {
    chmodSync(folder, 0o700)
    expect(chooseDataDir({}, folder)).toMatch(/^\/var\/lib\/barzan\/[0-9a-f]{12}$/)
  })
})

describe('running programs', () => {
  test('exit codes are kept; a signal is 128 + its number', async () => {
    await expect(runProgram('sh', ['-c', 'exit 3'])).resolves.toBe(3)
    await expect(runProgram('sh', ['-c', 'kill -TERM $$'])).resolves.toBe(143)
    await expect(runQuietly('sh', ['-c', 'echo out; echo err >&2; exit 4'])).resolves.toMatchObject({
      code: 4,
      output: expect.stringMatching(/out\nerr/) as string,
    })
  })
})

describe('taking turns', () => {
  test('one after the other', async () => {
    const seen: string[] = []
    const turn = (name: string) =>
      takeTurns(folder, async () => {
        seen.push(`${name} begins`)
        await sleep(50)
        seen.push(`${name} ends`)
      })
    await Promise.all([turn('a'), turn('b')])
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  })
  test('a turn that fails is over', async () => {
    await expect(takeTurns(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(takeTurns(folder, () => Promise.resolve(1))).resolves.toBe(1)
    expect(existsSync(folder)).toBe(true)
  })
})
