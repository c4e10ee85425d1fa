import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskPlan } from '#db/explain-query.ts'
import { maskCondition, maskSql } from '#db/mask-literals.ts'

test.each([
  [`select * from land.parcels where code = 'راز' and n = 12345 limit 50`, `select * from land.parcels where code = '…' and n = … limit 50`],
  [`select 'it''s', E'a\\'b', "a'b", $1, $$x'y$$, $q$z$q$ from t2`, `select '…', '…', "a'b", $1, '…', '…' from t2`],
  [`select 1 -- it's a 'secret'\nfrom t /* 'another */ where x = 'y'`, `select 1 from t where x = '…'`],
  [`select\n   a,\n\t b`, `select a, b`],
])('%s', (text, masked) => expect(maskSql(text)).toBe(masked)) // prettier-ignore

test.each([
  [`(kernel.fold_text(name) ~~ '%علی%'::text)`, `(kernel.fold_text(name) ~~ '…'::text)`],
  [`((parcel_id = 42) AND (z <= $1))`, `((parcel_id = …) AND (z <= $1))`],
  [`(code_2 = ANY ('{1-2,3-4}'::text[]))`, `(code_2 = ANY ('…'::text[]))`],
])('in a plan: %s', (text, masked) => expect(maskCondition(text)).toBe(masked)) // prettier-ignore

test('whatever a person typed is gone, however it was quoted', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (typed) => {
      const secret = `ن${typed}م`
      const literal = `'${secret.replaceAll("'", "''")}'`
      expect(maskSql(`select "a""b" from t where name = ${literal} and b = 'x'`)).toBe(
        `select "a""b" from t where name = '…' and b = '…'`,
      )
      expect(maskCondition(`((name = ${literal}::text) AND (b = 1))`)).toBe(`((name = '…'::text) AND (b = …))`)
    }),
  )
})

test('a plan keeps its names and figures, loses its constants, and has an end', () => {
  const leaf = { 'Node Type': 'Index Scan', 'Relation Name': 'parcels', 'Index Cond': "(code = 'راز'::text)", 'Plan Rows': 7 }
  expect(maskPlan({ 'Node Type': 'Sort', 'Sort Key': ["(name = 'راز')"], 'Something New': "'راز'", Plans: [leaf] })).toEqual({
    'Node Type': 'Sort',
    'Sort Key': ["(name = '…')"],
    'Something New': "'…'",
    Plans: [{ ...leaf, 'Index Cond': "(code = '…'::text)" }],
  })
  const wide = maskPlan({ 'Node Type': 'Append', Plans: Array.from({ length: 10_000 }, () => leaf) })
  expect((wide['Plans'] as unknown[]).length).toBeLessThan(1_000)
})
