import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawImage } from '#src/map/draw-image.ts'
import { LAND_USE_HUES, type Palette } from '#src/map/palette.ts'

test('a name of no style of ours is not drawn', () => {
  const palette = { theme: 'light', uses: {} } as unknown as Palette
  for (const name of ['', 'hatch', 'hatch-XXX', 'logo-1']) expect(drawImage(name, palette, 32.4)).toBeNull()
})

test('every land use has a hatch of its own', () => {
  const source = readFileSync(new URL('../../src/map/draw-patterns.ts', import.meta.url), 'utf8')
  for (const hue of LAND_USE_HUES) expect(source).toMatch(new RegExp(`\\b${hue}:`))
})

test('every kind of facility of the demo city has an icon', () => {
  const icons = readFileSync(new URL('../../src/map/draw-icons.ts', import.meta.url), 'utf8')
  const names = readFileSync(new URL('../../db/city/name-facility.ts', import.meta.url), 'utf8')
  const kinds = [...names.matchAll(/^\s+'?([a-z-]+)'?: \[/gm)].map((found) => found[1] ?? '')
  expect(kinds.length).toBeGreaterThan(10)
  for (const kind of kinds.filter((known) => known !== 'square')) expect(icons).toMatch(new RegExp(`^  '?${kind}'?: \\{`, 'm'))
})
