import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerThemes } from '#src/land/zoning/answer-themes.ts'
import { SOURCES } from '#src/land/zoning/sources.ts'
import type { ThemeAnswer } from '#src/land/zoning/types.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { openTestApp } from '../../http/open-app.ts'
import { layGrid } from '../lay-grid.ts'

// The parcel 1-1-3-7 (id 107) is the rectangle E 501120…501130, N 3550000…3550020; 1-1-3-8 lies east of it.
const PARCEL = 107
const box = (west: number, south: number, east: number, north: number) =>
  `ST_Multi(ST_MakeEnvelope(${500_000 + west}, ${3_550_000 + south}, ${500_000 + east}, ${3_550_000 + north}, 32639))`
const CITY = box(-1000, -1000, 30_000, 30_000)

let database: TestDatabase
let opened: Awaited<ReturnType<typeof openTestApp>>
const ask = async (code = '1-1-3-7-0-0-0') => (await opened.ask(`/api/parcels/${code}/themes`)).body.items as ThemeAnswer[]
const answers = (items: ThemeAnswer[]) => Object.fromEntries(items.map((item) => [item.theme, item.answer]))

beforeAll(async () => {
  database = await createTestDatabase()
  const id = await layGrid(database.ownerPool, 200)
  const theme = (code: string, ordinal: number, kind: string, coverage: string | null, limit = 2000) =>
    `(${id}, '${code}', ${ordinal}, 'موضوع ${code}', 'Theme ${code}', 'منبع', 'Source', '${kind}', '2024-05-20', ${limit}, ${coverage ?? 'null'})`
  await database.ownerPool.query(`
    insert into land.themes (municipality_id, code, ordinal, name_fa, name_en, source_fa, source_en, source_kind, dated_on, time_limit_ms, coverage) values
      ${theme('zone', 1, 'plan-units', CITY)}, ${theme('street-widening', 2, 'street-lines', CITY)}, ${theme('madi-buffer', 3, 'buffers', CITY)},
      ${theme('power-line', 4, 'buffers', CITY, 300)}, ${theme('groundwater', 5, 'buffers', null)}, ${theme('heritage', 6, 'buffers', box(1120, 0, 1125, 20))},
      ${theme('far-away', 7, 'buffers', box(-900, -900, -800, -800))};
    insert into land.plan_units (municipality_id, code, name_fa, name_en, plan, geom) values
      (${id}, 'R11', 'مسکونی', 'Residential', 'P', ${box(1000, -10, 1126, 100)}), (${id}, 'S11', 'تجاری', 'Commercial', 'P', ${box(1126, -10, 1300, 100)});
    insert into land.street_lines (municipality_id, segment_id, planned_width_m, geom, right_of_way)
      select ${id}, segment_id, 12, ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(501000, 3550019), ST_MakePoint(501600, 3550019)), 32639)), ${box(1000, 19, 1600, 31)}
      from land.street_segments where street_id = (select street_id from land.streets where name_en = 'Alley 2');
    insert into land.buffers (municipality_id, theme, name_fa, name_en, width_m, effect, geom) values
      (${id}, 'madi-buffer', 'مادی نو', 'New madi', 9, 'conditional', ${box(1200, 0, 1300, 20)}),
      (${id}, 'power-line', 'خط ۶۳', '63 kV', 17, 'no-build', ${box(1120, 0, 1130, 4)}),
      (${id}, 'power-line', 'خط ۶۳', '63 kV', 17, 'no-build', ${box(1120, 2, 1130, 6)}),
      (${id}, 'groundwater', 'سفره', 'Aquifer', null, 'inquiry', ${box(1000, -10, 1300, 100)})`)
  opened = await openTestApp(database)
})
afterAll(async () => {
  await opened.app.close()
  await database.drop()
})

describe('each theme answers one of four values', () => {
  test('from its own source, about its own ground', async () => {
    const items = await ask()
    expect(answers(items)).toEqual({
      zone: 'applies', 'street-widening': 'applies', 'madi-buffer': 'does-not-apply', 'power-line': 'applies',
      groundwater: 'no-data', heritage: 'no-data', 'far-away': 'no-data',
    }) // prettier-ignore
    const [zone, widening, madi, power] = items as [ThemeAnswer, ThemeAnswer, ThemeAnswer, ThemeAnswer]
    expect(zone).toMatchObject({ areaM2: 200, share: 1, dataDate: '2024-05-20', source: { fa: 'منبع', en: 'Source' } })
    expect(zone.items).toEqual([
      { labelFa: 'R11 · مسکونی', labelEn: 'R11 · Residential', effect: null, areaM2: 120 },
      { labelFa: 'S11 · تجاری', labelEn: 'S11 · Commercial', effect: null, areaM2: 80 },
    ])
    expect(widening).toMatchObject({ areaM2: 10, share: 0.05 })
    expect(widening.items[0]!.labelFa).toBe('کوچهٔ نرگس 0 · گذر ۱۲ متری طرح')
    expect(madi).toMatchObject({ answer: 'does-not-apply', areaM2: null, nearestM: 70, items: [] })
    // Two shapes of one line overlap: together 60 m², not 80.
    expect(power).toMatchObject({ areaM2: 60, share: 0.3, items: [{ labelEn: '63 kV · 17 m', effect: 'no-build', areaM2: 60 }] })
    for (const item of items) expect(Date.now() - Date.parse(item.askedAt)).toBeLessThan(60_000)
  })
  test('half covered with a hit inside applies; without one it is no data', async () => {
    await database.ownerPool.query(
      `insert into land.buffers (municipality_id, theme, effect, geom) select municipality_id, 'heritage', 'inquiry', ${box(1121, 0, 1123, 20)} from land.municipalities`,
    )
    expect(answers(await ask()).heritage).toBe('applies')
    await database.ownerPool.query(`delete from land.buffers where theme = 'heritage'`)
    expect(answers(await ask()).heritage).toBe('no-data')
  })
  test('one theme again', async () => {
    const { status, body } = await opened.ask('/api/parcels/1-1-3-7-0-0-0/themes?theme=power-line')
    expect([status, body.items.length, body.items[0].theme]).toEqual([200, 1, 'power-line'])
    expect((await opened.ask('/api/parcels/1-1-3-7-0-0-0/themes?theme=unheard-of')).body.code).toBe('theme-not-found')
    expect((await opened.ask('/api/parcels/1-1-3-7-0-0-0/themes?theme=A!')).status).toBe(400)
    expect((await opened.ask('/api/parcels/9-9-9-9-0-0-0/themes')).body.code).toBe('parcel-not-found')
  })
})

describe('a broken source breaks nothing else, and never reads as "does not apply"', () => {
  const others = (items: ThemeAnswer[], broken: string[]) =>
    Object.fromEntries(Object.entries(answers(items)).filter(([theme]) => !broken.includes(theme)))

  test('a right that was taken away', async () => {
    await database.ownerPool.query('revoke select on land.plan_units from barzan_app')
    const items = await ask()
    await database.ownerPool.query('grant select on land.plan_units to barzan_app')
    expect(items[0]).toMatchObject({
      theme: 'zone',
      answer: 'source-failed',
      areaM2: null,
      share: null,
      items: [],
      nearestM: null,
    })
    expect(JSON.stringify(items)).not.toMatch(/permission|denied|relation/)
    expect(others(items, ['zone'])).toMatchObject({
      'street-widening': 'applies',
      'madi-buffer': 'does-not-apply',
      'power-line': 'applies',
    })
    expect(answers(await ask()).zone).toBe('applies')
  })
  test('a table that somebody has renamed', async () => {
    await database.ownerPool.query('alter table land.street_lines rename to street_lines_away')
    const items = await ask()
    await database.ownerPool.query('alter table land.street_lines_away rename to street_lines')
    expect(answers(items)).toMatchObject({ 'street-widening': 'source-failed', zone: 'applies' })
  })
  test('a table that is locked: the time limit of its theme ends the question', async () => {
    const holder = await database.ownerPool.connect()
    await holder.query('begin; lock table land.buffers in access exclusive mode')
    const begun = Date.now()
    const { body } = await opened.ask('/api/parcels/1-1-3-7-0-0-0/themes?theme=power-line')
    const took = Date.now() - begun
    await holder.query('rollback')
    holder.release()
    expect(body.items[0].answer).toBe('source-failed')
    expect(took).toBeGreaterThan(250)
    expect((await opened.ask('/api/parcels/1-1-3-7-0-0-0/themes?theme=power-line')).body.items[0].answer).toBe('applies')
  })
  test('a source that says something too late, and one that throws', async () => {
    const failed: string[] = []
    const items = await answerThemes(database.db, PARCEL, {
      report: (theme) => failed.push(theme),
      sources: {
        buffers: (_tx, { theme }) => (theme === 'power-line' ? late(sayNothing) : Promise.reject(new Error('broken'))),
      },
    })
    expect(answers(items)).toEqual({
      zone: 'applies', 'street-widening': 'applies', 'madi-buffer': 'source-failed', 'power-line': 'source-failed',
      groundwater: 'no-data', heritage: 'source-failed', 'far-away': 'no-data',
    }) // prettier-ignore
    expect(failed.toSorted()).toEqual(['heritage', 'madi-buffer', 'power-line'])
  })
  test('a source that asks something false', async () => {
    const items = await answerThemes(database.db, PARCEL, {
      report: () => undefined,
      sources: { 'plan-units': async (tx) => (await sql`select 1 / 0`.execute(tx)) as never },
    })
    expect(answers(items)).toMatchObject({ zone: 'source-failed', 'street-widening': 'applies' })
  })
  test('every kind of source the schema allows has an adapter', async () => {
    const { rows } = await database.pool.query(
      `select pg_get_constraintdef(oid) as rule from pg_constraint where conname = 'source_kind_is_known'`,
    )
    expect([...rows[0].rule.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]).toSorted()).toEqual(
      Object.keys(SOURCES).toSorted(),
    )
  })
})

/** Longer than the theme's limit and its grace. */
function late<T>(answer: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(answer), 1500))
}
const sayNothing = { hits: [], areaM2: 0, nearestM: null }
