import { describe, expect, test } from 'vitest'
import { chooseGridStep, chooseScaleBar, coverGround, layOutSheet, listGridLines } from '#src/land/print/lay-out-sheet.ts'
import { ORIENTATIONS, PAPERS, PRINT_SCALES } from '#src/land/print/types.ts'

const sheets = PAPERS.flatMap((paper) =>
  ORIENTATIONS.flatMap((orientation) => PRINT_SCALES.map((scale) => [paper, orientation, scale] as const)),
)

describe.each(sheets)('%s %s 1:%i', (paper, orientation, scale) => {
  const layout = layOutSheet(paper, orientation, scale)

  test('frame and panel lie within the neatline and apart', () => {
    const { neatline, frame, panel } = layout
    for (const box of [frame, panel]) {
      expect(box.x).toBeGreaterThanOrEqual(neatline.x)
      expect(box.y).toBeGreaterThanOrEqual(neatline.y)
      expect(box.x + box.width).toBeLessThanOrEqual(neatline.x + neatline.width)
      expect(box.y + box.height).toBeLessThanOrEqual(neatline.y + neatline.height)
    }
    expect(frame.x + frame.width <= panel.x || frame.y + frame.height <= panel.y).toBe(true)
  })

  test('the frame covers as much ground as the scale says', () => {
    const [minX, minY, maxX, maxY] = coverGround(layout, [535_000, 3_584_000])
    expect((maxX - minX) * 1000).toBeCloseTo(layout.frame.width * scale, 3)
    expect((maxY - minY) * 1000).toBeCloseTo(layout.frame.height * scale, 3)
    expect((minX + maxX) / 2).toBeCloseTo(535_000, 6)
  })

  test('scale bar and grid are round numbers that fit', () => {
    const bar = chooseScaleBar(layout.mmPerMetre)
    expect(bar.mm).toBeGreaterThanOrEqual(20)
    expect(bar.mm).toBeLessThanOrEqual(44.001)
    expect(String(bar.metres)).toMatch(/^[12458]0*$/)
    expect(chooseGridStep(layout.mmPerMetre) * layout.mmPerMetre).toBeGreaterThanOrEqual(40)
    const grid = listGridLines(coverGround(layout, [535_012, 3_584_034]), layout.mmPerMetre)
    expect(grid.eastings.length).toBeGreaterThan(0)
    for (const line of grid.eastings) {
      expect(line.metres % grid.step).toBe(0)
      expect(line.mm).toBeGreaterThanOrEqual(0)
      expect(line.mm).toBeLessThanOrEqual(layout.frame.width + 1e-9)
    }
  })
})
