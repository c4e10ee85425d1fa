import { expect, test } from 'vitest'
import { createLabelBoard, measureText, placeAlongLine } from '#src/land/print/place-labels.ts'

const room = { width: 200, height: 100 }
const label = (x: number, y: number, turn = 0) => ({ text: 'کوچهٔ شهریار', x, y, turn, size: 8, style: 'street' as const })
const street = (course: [number, number][]) => ({ nameFa: 'کوچهٔ شهریار', nameEn: null, widthM: 10, course })

test('a label stands whole within the frame and clear of the others', () => {
  const board = createLabelBoard(room)
  expect(board.add(label(2, 50)), 'over the edge').toBe(false)
  expect(board.add(label(100, 50))).toBe(true)
  expect(board.add(label(102, 51)), 'on another').toBe(false)
  expect(board.add(label(100, 60))).toBe(true)
  board.reserve(100, 80, 10, 5)
  expect(board.add(label(100, 80)), 'on a reserved place').toBe(false)
  expect(board.labels).toHaveLength(2)
})

test('the empty corners of a slanting name stay free', () => {
  const board = createLabelBoard(room)
  board.add(label(100, 50, 45))
  const { width } = measureText('کوچهٔ شهریار', 8)
  expect(board.add({ ...label(100 + width / 2.9, 50 - width / 2.9), text: '۱۱' })).toBe(true)
})

test('a name follows its line and is upright to read, whichever way the line runs', () => {
  for (const course of [[[20, 20], [120, 80]], [[120, 80], [20, 20]]] as [number, number][][]) {
    const board = createLabelBoard(room)
    placeAlongLine(board, street(course), 'کوچهٔ شهریار', 8, 'street', 300)
    expect(board.labels).toHaveLength(1)
    expect(board.labels[0]!.turn).toBeCloseTo((Math.atan2(60, 100) * 180) / Math.PI, 6)
    expect(board.labels[0]!.x).toBeCloseTo(70, 6)
  } // prettier-ignore
})

test('a line too short or too bent for its name goes without', () => {
  const board = createLabelBoard(room)
  placeAlongLine(board, street([[50, 50], [55, 50]]), 'کوچهٔ شهریار', 8, 'street', 100) // prettier-ignore
  placeAlongLine(board, street([[50, 50], [58, 50], [58, 58], [50, 58], [50, 51]]), 'کوچهٔ شهریار', 8, 'street', 100) // prettier-ignore
  expect(board.labels).toEqual([])
})

test('a long line repeats its name', () => {
  const board = createLabelBoard(room)
  placeAlongLine(board, street([[2, 50], [198, 50]]), 'کوچهٔ شهریار', 8, 'street', 60) // prettier-ignore
  expect(board.labels).toHaveLength(3)
})
