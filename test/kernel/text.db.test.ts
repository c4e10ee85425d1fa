import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldText } from '#src/kernel/text.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const WRITTEN = [
  'كاربري\u200c مسكوني', 'می\u200cشود', 'می شود', 'آزادی', '۱۲۳', '١٢٣', 'خانهٔ مؤمن', 'ۀ', 'هٔ', 'ة', 'ئ', 'ء', 'ﷲ', '﷼', 'ﻻ', 'ﻋﻠﻲ', 'ـــ', 'مُحَمَّد',
  'ID-1/2', '  a\tb\nc ', '½ ²', 'ǅ', 'İstanbul', 'ΣΑΣ', 'Straße', 'e\u0301', '１２３', '😀 پارک', '१२', 'शहर', 'नमस्ते', 'עִבְרִית', '\u2066x\u2069', 'a\u0000b'.replace('\u0000', ''),
] // prettier-ignore

/** Scripts that stand in addresses, and signs; no script to which letters were added since the ICU of PostgreSQL 15. */
const RANGES = [[0x1, 0x52f], [0x591, 0x6ff], [0x750, 0x77f], [0x904, 0x96f], [0x2000, 0x2bff], [0x3040, 0x30ff], [0xfb50, 0xfdff], [0xfe70, 0xfeff], [0xff01, 0xff5e], [0x1f300, 0x1f64f]] as const // prettier-ignore
const ordinary = fc.oneof(...RANGES.map(([min, max]) => fc.integer({ min, max })))
const persian = fc
  .constantFrom(...'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیءآأإؤئةۀكيىہھٱ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩ًٌٍَُِّْٰـ\u200c\u200d \u00a0،؛؟.-/')
  .map((c) => c.codePointAt(0)!)
const text = fc.array(fc.oneof(persian, ordinary), { maxLength: 24 }).map((codes) => String.fromCodePoint(...codes))

test('SQL and TypeScript fold text to the same search key', async () => {
  const samples = [...WRITTEN, ...fc.sample(text, { numRuns: 4000, seed: 1405 })]
  const { rows } = await database.pool.query<{ key: string }>(
    'select kernel.fold_text(value) as key from unnest($1::text[]) with ordinality as t(value, at) order by at',
    [samples],
  )
  const differing = samples
    .map((sample, i) => ({ sample, sql: rows[i]?.key, ts: foldText(sample) }))
    .filter(({ sql, ts }) => sql !== ts)
    .map(({ sample, sql, ts }) => ({ codes: [...sample].map((c) => c.codePointAt(0)?.toString(16)).join(' '), sql, ts }))
  expect(differing).toEqual([])
})
