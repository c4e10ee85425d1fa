import { readFileSync } from 'node:fs'

export type Locale = 'fa' | 'en'
const AREAS = ['common', 'parcels', 'map']
const messages = { fa: read('fa'), en: read('en') }

/** What the screen says, from the same messages: a journey breaks when a control is gone, not when it is reworded. */
export function words(locale: Locale, key: string, values: Record<string, string | number> = {}): string {
  const text = messages[locale][key]
  if (text === undefined) throw new Error(`there is no message ${key} in ${locale}`)
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** The address of a page in a language. */
export function localPath(locale: Locale, path: string): string {
  return locale === 'fa' ? path : `/en${path === '/' ? '' : path}`
}

function read(locale: Locale): Record<string, string> {
  return Object.assign(
    {},
    ...AREAS.map((area) => JSON.parse(readFileSync(`src/ui/messages/${locale}/${area}.json`, 'utf8')) as object),
  )
}
