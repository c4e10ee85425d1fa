import type pg from 'pg'
import type { RowSink } from './copy-rows.ts'
import { linePolygon, multiLineHex, multiPolygonHex, pointHex, SRID } from './ewkb.ts'
import { bandAlong } from './inset.ts'
import { madiName } from './names.ts'
import { meshPoint, radialLine, ringLine, type CityPlan } from './plan.ts'
import { curveLine, type Polyline } from './split.ts'
import type { CityState } from './write-neighbourhood.ts'

export const CITY_SLUG = 'zarrinshahr-sample'

/** The municipality's profile. Its boundary is the outermost ring street with a margin for the land beside it. */
export async function insertMunicipality(client: pg.ClientBase, plan: CityPlan): Promise<number> {
  const { rows } = await client.query(
    `insert into land.municipalities (slug, name_fa, name_en, srid, code_scheme, calendar, is_synthetic, boundary, recorded_at)
     values ($1, 'زرین‌شهر (نمونه)', 'Zarrinshahr (sample)', $2, 'renovation-7', 'jalali', true, $3::geometry, '2026-03-21T00:00:00Z')
     returning municipality_id`,
    [CITY_SLUG, SRID, multiPolygonHex([linePolygon(outerLine(plan, 1.05))])],
  )
  return rows[0].municipality_id
}

/** District, regions, water, buffers and the square: what spans neighbourhoods. Returns the id of each region, by primary sector. */
export function writeFrame(sink: RowSink, plan: CityPlan, state: CityState): number[] {
  const { municipalityId } = state
  const district = sink.nextId('districts')
  sink.add('districts', district, municipalityId, 1, 'منطقهٔ یک', 'District 1', multiPolygonHex([linePolygon(outerLine(plan, 1))]))
  const names = [
    ['ناحیهٔ یک', 'Region 1'],
    ['ناحیهٔ دو', 'Region 2'],
    ['ناحیهٔ سه', 'Region 3'],
    ['ناحیهٔ چهار', 'Region 4'],
    ['ناحیهٔ پنج', 'Region 5'],
    ['ناحیهٔ شش', 'Region 6'],
  ]
  const regionIds = plan.primary.map((_, p) => {
    const id = sink.nextId('regions')
    sink.add('regions', id, district, p + 1, names[p]![0]!, names[p]![1]!, multiPolygonHex([linePolygon(sectorLine(plan, p))]))
    return id
  })
  writeSquare(sink, plan, state)
  writeWater(sink, plan, municipalityId)
  return regionIds
}

function outerLine(plan: CityPlan, factor: number): Polyline {
  const last = plan.rings.length - 1
  const line = ringLine(plan, last, plan.primary[0]!, plan.primary[0]! + 2 * Math.PI)
  line.pop()
  return line.map(([x, y]) => [x * factor, y * factor])
}

function sectorLine(plan: CityPlan, p: number): Polyline {
  const last = plan.rings.length - 1
  const from = plan.primary[p]!
  const isLast = p + 1 === plan.primaryCount
  const to = isLast ? plan.primary[0]! : plan.primary[p + 1]!
  const line: Polyline = [[0, 0]]
  for (let k = 0; k < last; k++) line.push(...radialLine(plan, k, from).slice(0, -1))
  line.push(...ringLine(plan, last, from, to + (isLast ? 2 * Math.PI : 0)).slice(0, -1))
  for (let k = last - 1; k >= 0; k--) line.push(...radialLine(plan, k, to).reverse().slice(0, -1))
  line.push(meshPoint(plan, 0, 0, to))
  return line
}

function writeSquare(sink: RowSink, plan: CityPlan, state: CityState): void {
  const radius = plan.rings[0]! - plan.squareWidth / 2
  const pool: Polyline = Array.from({ length: 16 }, (_, i) => [
    Math.cos((i / 16) * 2 * Math.PI) * radius * 0.35,
    Math.sin((i / 16) * 2 * Math.PI) * radius * 0.35,
  ])
  sink.add(
    'water_courses',
    sink.nextId('water_courses'),
    state.municipalityId,
    'pool',
    'حوض میدان مرکزی',
    'Central Square Pool',
    null,
    null,
    multiPolygonHex([linePolygon(pool)]),
  )
  sink.add(
    'facilities',
    sink.nextId('facilities'),
    state.municipalityId,
    null,
    'square',
    'میدان مرکزی',
    'Central Square',
    'GRN',
    pointHex(0, 0),
  )
}

function writeWater(sink: RowSink, plan: CityPlan, municipalityId: number): void {
  const { river } = plan
  const add = (
    kind: string,
    nameFa: string,
    nameEn: string,
    widthM: number,
    curve: typeof river.curve,
    fromX: number,
    toX: number,
  ) => {
    const upper = curveLine(curve, fromX, toX, widthM / 2)
    const lower = curveLine(curve, fromX, toX, -widthM / 2)
    sink.add(
      'water_courses',
      sink.nextId('water_courses'),
      municipalityId,
      kind,
      nameFa,
      nameEn,
      widthM,
      multiLineHex([curveLine(curve, fromX, toX, 0)]),
      multiPolygonHex([linePolygon([...lower, ...upper.reverse()])]),
    )
  }
  // Far beyond the town: wherever one looks at the whole of it, the river comes and goes.
  const [fromX, toX] = [river.fromX - 3 * plan.radius, river.toX + 3 * plan.radius]
  add('river', 'زاینده‌رود (نمونه)', 'Zayandeh Rud (sample)', river.widthM, river.curve, fromX, toX)
  for (const madi of plan.madis) add('madi', ...madiName(madi.key), madi.widthM, madi.curve, madi.fromX, madi.toX)
  const buffer = (theme: string, nameFa: string, nameEn: string, widthM: number, effect: string, line: Polyline, half: number) =>
    sink.add(
      'buffers',
      sink.nextId('buffers'),
      municipalityId,
      theme,
      nameFa,
      nameEn,
      widthM,
      effect,
      multiPolygonHex([linePolygon(bandAlong(line, half))]),
    )
  const near = (curve: typeof river.curve) => curveLine(curve, -plan.radius * 1.15, plan.radius * 1.15, 0)
  buffer('river-buffer', 'حریم زاینده‌رود', 'River buffer', 50, 'no-build', near(river.curve), river.widthM / 2 + 50)
  for (const madi of plan.madis)
    buffer(
      'madi-buffer',
      `حریم ${madiName(madi.key)[0]}`,
      `${madiName(madi.key)[1]} buffer`,
      9,
      'conditional',
      near(madi.curve),
      madi.widthM / 2 + 9,
    )
  const power = curveLine(plan.powerLine, -plan.radius * 1.1, plan.radius * 1.1, 0)
  buffer('power-line', 'حریم خط ۶۳ کیلوولت', '63 kV line buffer', 13, 'no-build', power, 13)
  const gasRing = Math.min(2, plan.rings.length - 1)
  const gas = ringLine(plan, gasRing, plan.primary[0]!, plan.primary[plan.primaryCount - 2]!)
  buffer('gas-line', 'حریم خط گاز', 'Gas line buffer', 15, 'inquiry', gas, 24)
  const core = ringLine(plan, 1, plan.primary[0]!, plan.primary[0]! + 2 * Math.PI)
    .slice(0, -1)
    .map(([x, y]): [number, number] => [Math.round(x * 0.62 * 1000) / 1000, Math.round(y * 0.62 * 1000) / 1000])
  sink.add(
    'buffers',
    sink.nextId('buffers'),
    municipalityId,
    'heritage',
    'حریم بافت تاریخی',
    'Historic core buffer',
    null,
    'inquiry',
    multiPolygonHex([linePolygon(core)]),
  )
  const well: Polyline = Array.from({ length: 24 }, (_, i) => [
    -plan.radius * 0.35 + Math.cos((i / 24) * 2 * Math.PI) * plan.radius * 0.16,
    plan.radius * 0.3 + Math.sin((i / 24) * 2 * Math.PI) * plan.radius * 0.13,
  ])
  sink.add(
    'buffers',
    sink.nextId('buffers'),
    municipalityId,
    'groundwater',
    'پهنهٔ آب زیرزمینی بالا',
    'High groundwater',
    null,
    'conditional',
    multiPolygonHex([linePolygon(well)]),
  )
}

const THEMES = [
  ['zone', 'پهنهٔ طرح', 'Plan zone', 'طرح تفصیلی ۱۴۰۱ (نمونه)', 'Detailed plan 1401 (sample)', 'plan-units', '2022-10-10', 'all'],
  [
    'street-widening',
    'تعریض گذر',
    'Street widening',
    'بر و کف شهرداری (نمونه)',
    'Municipal street lines (sample)',
    'street-lines',
    '2026-01-22',
    'all',
  ],
  [
    'river-buffer',
    'حریم رودخانه',
    'River buffer',
    'آب منطقه‌ای (نمونه)',
    'Regional water authority (sample)',
    'buffers',
    '2025-06-14',
    'all',
  ],
  ['madi-buffer', 'حریم مادی', 'Madi buffer', 'نقشهٔ مادی‌ها (نمونه)', 'Map of madis (sample)', 'buffers', '2024-05-20', 'all'],
  [
    'power-line',
    'حریم خط برق',
    'Power line buffer',
    'شرکت برق (نمونه)',
    'Power company (sample)',
    'buffers',
    '2025-11-02',
    'all',
  ],
  ['gas-line', 'حریم خط گاز', 'Gas line buffer', 'شرکت گاز (نمونه)', 'Gas company (sample)', 'buffers', '2025-09-08', 'all'],
  [
    'heritage',
    'بافت تاریخی',
    'Historic fabric',
    'میراث فرهنگی (نمونه)',
    'Cultural heritage office (sample)',
    'buffers',
    '2025-08-03',
    'all',
  ],
  ['groundwater', 'آب زیرزمینی', 'Groundwater', 'مطالعات آب (نمونه)', 'Water survey (sample)', 'buffers', '2023-02-19', 'west'],
] as const

/** Themes of the four-valued answer; the groundwater survey has covered only the west, so elsewhere there is no data. */
export async function writeThemes(client: pg.ClientBase, plan: CityPlan, municipalityId: number): Promise<void> {
  const all = multiPolygonHex([linePolygon(outerLine(plan, 1.04))])
  for (const [i, theme] of THEMES.entries()) {
    await client.query(
      `insert into land.themes (municipality_id, code, ordinal, name_fa, name_en, source_fa, source_en, source_kind, dated_on, coverage)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9,
         case when $11 = 'all' then $10::geometry
              else ST_Multi(ST_Intersection($10::geometry, ST_MakeEnvelope($12, $13, $14, $15, ${SRID}))) end`,
      [
        municipalityId,
        theme[0],
        i + 1,
        theme[1],
        theme[2],
        theme[3],
        theme[4],
        theme[5],
        theme[6],
        all,
        theme[7],
        535113.47 - plan.radius * 2,
        3583603.82 - plan.radius * 2,
        535113.47 + plan.radius * 0.05,
        3583603.82 + plan.radius * 2,
      ],
    )
  }
}
