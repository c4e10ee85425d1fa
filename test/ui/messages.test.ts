import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const FOLDER = new URL('../../src/ui/messages/', import.meta.url)
const areas = readdirSync(new URL('fa/', FOLDER))
const read = (locale: string, area: string) =>
  JSON.parse(readFileSync(new URL(`${locale}/${area}`, FOLDER), 'utf8')) as Record<string, unknown>
const inputsOf = (message: unknown) => [...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

test('both languages have the same files', () => {
  expect(readdirSync(new URL('en/', FOLDER))).toEqual(areas)
  const listed = (
    JSON.parse(readFileSync(new URL('../project.inlang/settings.json', FOLDER), 'utf8')) as Record<
      string,
      { pathPattern: string[] }
    >
  )['plugin.inlang.messageFormat']
  expect(listed?.pathPattern.map((path) => path.split('/').at(-1)).sort()).toEqual([...areas].sort())
})

describe.each(areas)('%s', (area) => {
  const [fa, en] = [read('fa', area), read('en', area)]

  test('every message is in both languages, with the same inputs', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fa).sort())
    const differing = Object.keys(fa).filter(
      (key) => [...new Set(inputsOf(fa[key]))].join() !== [...new Set(inputsOf(en[key]))].join(),
    )
    expect(differing).toEqual([])
  })

  test('Persian is written in Persian letters and digits', () => {
    const wrong = Object.entries(fa).filter(([, message]) => /[يكى]|[٠-٩]/.test(JSON.stringify(message)))
    expect(wrong).toEqual([])
    // Half-spaces: «می‌شود», never «می شود» or «میشود».
    const broken = Object.entries(fa).filter(([, message]) => /(^|[\s"«])(ن?می) [آ-ی]/.test(JSON.stringify(message)))
    expect(broken).toEqual([])
  })
})
