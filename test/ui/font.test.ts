import { expect, test } from 'vitest'
import { writeSubset } from '#src/ui/fonts/subset-vazirmatn.ts'

test('the font of every page is at most 60 kB', async () => {
  expect(await writeSubset()).toBeLessThanOrEqual(60_000)
})
