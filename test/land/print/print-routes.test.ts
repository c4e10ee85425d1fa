import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerErrors } from '#src/http/errors.ts'
import { createSheetCompiler } from '#src/land/print/compile-sheet.ts'
import { chooseScaleBar, layOutSheet } from '#src/land/print/lay-out-sheet.ts'
import { listNamedLines } from '#src/land/print/queries.ts'
import { printRoutes } from '#src/land/print/routes.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { ORIGIN, plantParcels } from '../export/plant-parcels.ts'
import { boundPath, readPdfPage } from './read-pdf.ts'

let database: TestDatabase
let app: FastifyInstance
let center: [number, number]

beforeAll(async () => {
  database = await createTestDatabase()
  await plantParcels(database.ownerPool)
  // The middle of the planted rectangle of 100 × 50 m.
  const { rows } = await database.pool.query<{ lon: number; lat: number }>(
    'select ST_X(p) as lon, ST_Y(p) as lat from ST_Transform(ST_SetSRID(ST_MakePoint($1, $2), 32639), 4326) p',
    [ORIGIN.x + 50, ORIGIN.y + 25],
  )
  center = [rows[0]!.lon, rows[0]!.lat]
  app = fastify()
  answerErrors(app)
  await app.register(printRoutes, { reads: { of: () => database.db } })
})
afterAll(async () => {
  await app?.close()
  await database?.drop()
})

const print = (changes: object = {}) =>
  app.inject({
    method: 'POST',
    url: '/api/print',
    payload: { center, scale: 1000, paper: 'a4', orientation: 'landscape', locale: 'fa', title: 'نقشهٔ کوچهٔ شهریار', ...changes },
  })

describe('100 m of ground measure true on paper', () => {
  test.each([
    [500, 'a3', 'landscape', 'fa'],
    [1000, 'a4', 'landscape', 'fa'],
    [1000, 'a4', 'portrait', 'en'],
    [2500, 'a3', 'portrait', 'en'],
    [10_000, 'a4', 'landscape', 'fa'],
  ] as const)('1:%i on %s %s (%s)', async (scale, paper, orientation, locale) => {
    const answer = await print({ scale, paper, orientation, locale })
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200)
    expect(answer.headers['content-type']).toBe('application/pdf')
    const page = readPdfPage(answer.rawPayload)
    const layout = layOutSheet(paper, orientation, scale)
    expect(page.widthMm).toBeCloseTo(layout.page.width, 2)
    expect(page.heightMm).toBeCloseTo(layout.page.height, 2)
    expect(page.images, 'vector only').toBe(0)

    const mm = 100 * (1000 / scale)
    const rectangle = page.paths
      .map(boundPath)
      .find(
        (box) =>
          Math.abs(box.x + box.width / 2 - (layout.frame.x + layout.frame.width / 2)) < 0.1 &&
          Math.abs(box.width - mm) < mm * 0.005,
      )
    // The rectangle may share its path with other parcels of its land use; then its corners tell.
    const corners = page.paths.flatMap((path) => path.points)
    const has = (x: number, y: number) => corners.some(([px, py]) => Math.hypot(px - x, py - y) < mm * 0.0025)
    const middle = [layout.frame.x + layout.frame.width / 2, layout.frame.y + layout.frame.height / 2] as const
    expect(rectangle !== undefined || has(middle[0] - mm / 2, middle[1] - mm / 4)).toBe(true)
    for (const [dx, dy] of [[-1, -0.5], [1, -0.5], [1, 0.5], [-1, 0.5]] as const) {
      expect(has(middle[0] + (dx * mm) / 2, middle[1] + (dy * mm) / 2), `corner ${dx} ${dy}`).toBe(true)
    } // prettier-ignore

    const bar = chooseScaleBar(1000 / scale)
    const parts = page.paths
      .map(boundPath)
      .filter((box) => Math.abs(box.height - 1.3) < 0.01 && Math.abs(box.width - bar.mm / bar.parts) < 0.01)
    const left = Math.min(...parts.map((box) => box.x))
    const right = Math.max(...parts.map((box) => box.x + box.width))
    expect((right - left) / bar.metres / (1000 / scale)).toBeCloseTo(1, 2.7)
  })
})

test('user text is data: what would be Typst or SVG source is printed as it is', async () => {
  const title = '#read("/etc/passwd") $x$ *a* <b> \\ "]} & ‮'
  const answer = await print({ title, selectedCode: '1-1-1-3-0-0-0' })
  expect(answer.statusCode).toBe(200)
  expect(readPdfPage(answer.rawPayload).title).toBe(title)
})

test('the chosen parcel is outlined; one that does not exist is refused', async () => {
  const plain = readPdfPage((await print()).rawPayload)
  const chosen = readPdfPage((await print({ selectedCode: '1-1-1-1-0-0-0' })).rawPayload)
  const thick = (page: typeof plain) =>
    page.paths.filter((path) => path.painted === 'stroke' && Math.abs(path.width - 0.6) < 0.01)
  expect(thick(chosen).length).toBe(thick(plain).length + 1)
  expect((await print({ selectedCode: '9-9-9-9-0-0-0' })).statusCode).toBe(404)
})

test('layers left out are not drawn', async () => {
  const count = async (changes: object) => readPdfPage((await print(changes)).rawPayload).paths.length
  const [all, outlines, none] = [await count({}), await count({ layers: ['parcels'] }), await count({ layers: [] })]
  expect(outlines, 'no hatches, no legend of land uses').toBeLessThan(all)
  expect(none).toBeLessThan(outlines)
})

test.each([
  ['scale', { scale: 100 }],
  ['scale', { scale: 50_000 }],
  ['paper', { paper: 'a0' }],
  ['center', { center: [51] }],
  ['center', { center: [51, 91] }],
  ['title', { title: 'x'.repeat(121) }],
  ['layers', { layers: ['owners'] }],
])('a wrong %s is refused in both languages', async (_field, changes) => {
  const answer = await print(changes)
  expect(answer.statusCode).toBe(400)
  expect(answer.json<{ detailFa: string }>().detailFa).toMatch(/[آ-ی]/)
})

test('a sheet that takes too long is ended, and the next one works', async () => {
  const compiler = createSheetCompiler(1)
  const job = { sheet: '{}', map: '<svg xmlns="http://www.w3.org/2000/svg"/>', at: 0 }
  await expect(compiler.compile(job)).rejects.toMatchObject({ code: 'too-slow' })
  compiler.close()
  expect((await print()).statusCode).toBe(200)
})

test('a street wholly within the sheet is one line to write its name along, though recorded in pieces', async () => {
  const { x, y } = ORIGIN
  await database.ownerPool.query(`insert into land.street_segments (municipality_id, street_id, class, geom) values
    (1, 1, 'alley', ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(${x}, ${y}), ST_MakePoint(${x + 40}, ${y})), 32639))),
    (1, 1, 'alley', ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(${x + 40}, ${y}), ST_MakePoint(${x + 90}, ${y})), 32639)))`)
  const ground: [number, number, number, number] = [x - 100, y - 100, x + 200, y + 100]
  const lines = await listNamedLines(database.db, { municipalityId: 1, srid: 32639, ground, mmPerMetre: 1 }, 'streets')
  expect(lines.map(({ nameFa, course }) => [nameFa, course[0], course.at(-1)])).toEqual([['کوچهٔ شهریار', [100, 100], [190, 100]]])
})
