import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FACILITY_ICONS } from '#src/map/draw-icons.ts'
import { drawImage } from '#src/map/draw-image.ts'
import type { Palette } from '#src/map/palette.ts'

test('a name of no style of ours is not drawn', () => {
  const palette = { theme: 'light', uses: {} } as unknown as Palette
  for (const name of ['', 'hatch', 'hatch-XXX', 'logo-1']) expect(drawImage(name, palette, 32.4)).toBeNull()
})

test('every kind of facility of the demo city has an icon', () => {
  const names = readFileSync(new URL('../../db/city/name-facility.ts', import.meta.url), 'utf8')
  const kinds = [...names.matchAll(/^\s+'?([a-z-]+)'?: \[/gm)].map((found) => found[1] ?? '')
  expect(kinds.length).toBeGreaterThan(10)
  // A square is drawn as ground and has no icon.
  expect(kinds.filter((kind) => kind !== 'square' && !(kind in FACILITY_ICONS))).toEqual([])
})
