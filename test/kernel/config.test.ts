import { describe, expect, test } from 'vitest'
import { readConfig } from '#src/kernel/config.ts'
import { chooseRequestId } from '#src/kernel/ids.ts'
import { describeProblem, Problem, PROBLEM_CODES } from '#src/kernel/problem.ts'

describe('settings', () => {
  test('nothing set: the defaults of the contract', () => {
    expect(readConfig({ BARZAN_DATA: '/data' })).toEqual({
      port: 3000, host: '127.0.0.1', origin: 'http://127.0.0.1:3000', databaseUrl: null, databaseOwnerUrl: null, databaseReadUrls: [], databasePooler: null, dataDir: '/data', cityParcels: 20_000,
      adminToken: null, keepsTiles: true, tileMemoryBytes: 128 * 2 ** 20, logLevel: 'warn', slowQueryMs: 500, caches: [], cacheToken: null,
    }) // prettier-ignore
  })
  test('an administrator token of blanks is none', () => {
    expect(readConfig({ BARZAN_ADMIN_TOKEN: ' x y ' }).adminToken).toBe('x y')
    expect(readConfig({ BARZAN_ADMIN_TOKEN: '  ' }).adminToken).toBeNull()
  })
  test('the public address follows where we listen, unless it is told', () => {
    expect(readConfig({ HOST: '0.0.0.0', PORT: '8080' }).origin).toBe('http://localhost:8080')
    expect(readConfig({ HOST: '::1' }).origin).toBe('http://[::1]:3000')
    expect(readConfig({ BARZAN_ORIGIN: 'https://barzan.example.org/' }).origin).toBe('https://barzan.example.org')
  })
  test.each([
    [{ BARZAN_LOG: 'loud' }, /BARZAN_LOG/], [{ PORT: 'x' }, /PORT/], [{ PORT: '70000' }, /PORT/], [{ PORT: '-1' }, /PORT/], [{ BARZAN_CITY_PARCELS: '1e9' }, /BARZAN_CITY_PARCELS/],
    [{ BARZAN_ORIGIN: 'barzan' }, /BARZAN_ORIGIN/], [{ BARZAN_ORIGIN: 'https://a/b' }, /BARZAN_ORIGIN/], [{ DATABASE_OWNER_URL: 'postgres://a' }, /DATABASE_URL/],
  ])('%j is refused by name', (env, name) => expect(() => readConfig(env)).toThrow(name)) // prettier-ignore
  test('caches in front are known by their origins, and only with a token that cannot be guessed', () => {
    const token = 'a-token-of-some-length'
    expect(readConfig({ BARZAN_CACHES: 'http://127.0.0.1:8080/, https://[::1]:8443', BARZAN_CACHE_TOKEN: token })).toMatchObject({
      caches: ['http://127.0.0.1:8080', 'https://[::1]:8443'],
      cacheToken: token,
    })
    expect(() => readConfig({ BARZAN_CACHES: 'http://a' })).toThrow('BARZAN_CACHE_TOKEN')
    expect(() => readConfig({ BARZAN_CACHES: 'http://a/b', BARZAN_CACHE_TOKEN: token })).toThrow('BARZAN_CACHES')
    expect(() => readConfig({ BARZAN_CACHE_TOKEN: 'short' })).toThrow(/^(?!.*short).*BARZAN_CACHE_TOKEN/)
  })
  test('replicas are separated by whitespace or commas; they and a pooler need a database of your own', () => {
    const DATABASE_URL = 'postgres://app@one/barzan'
    const [two, three] = ['postgres://app@two/barzan', 'postgresql://app:p%2Cw@three:6432/barzan']
    const read = (DATABASE_READ_URL: string) => readConfig({ DATABASE_URL, DATABASE_READ_URL }).databaseReadUrls
    expect(read(` ${two},\n ${three} ${two}`)).toEqual([two, three])
    expect(read(' ')).toEqual([])
    expect(readConfig({ DATABASE_URL, DATABASE_POOLER: 'transaction' }).databasePooler).toBe('transaction')
    expect(() => readConfig({ DATABASE_URL, DATABASE_POOLER: 'session' })).toThrow('DATABASE_POOLER')
    expect(() => readConfig({ DATABASE_POOLER: 'transaction' })).toThrow('DATABASE_URL')
    expect(() => readConfig({ DATABASE_READ_URL: two })).toThrow('DATABASE_URL')
    expect(() => read(`${two} http://me:secret@three`)).toThrow(/^(?!.*secret).*DATABASE_READ_URL/)
  })
  test('a wrong database address is refused without repeating its password', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://me:secret@host' })).toThrow(/^(?!.*secret).*DATABASE_URL/)
  })
})

test('a request id from outside is kept only when it is harmless', () => {
  expect(chooseRequestId('abc-123456')).toBe('abc-123456')
  for (const bad of ['', 'short', 'a\nb1234567', 'x'.repeat(65), 5, undefined])
    expect(chooseRequestId(bad)).toMatch(/^[0-9a-f-]{36}$/)
})

test('every problem has a title in both languages and never tells its cause', () => {
  for (const code of PROBLEM_CODES) {
    const body = describeProblem(new Problem(code, [], { cause: new Error('secret') }), '/x')
    expect(body.titleFa).toMatch(/[آ-ی]/)
    expect(body.title).toMatch(/^[A-Z]/)
    expect(body.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(body)).not.toContain('secret')
  }
})
