/** A table of the land that tiles are drawn from, and ways to change it at random. */
export interface EditedTable {
  name: string
  key: string
  /** Columns that some tile shows → expressions of other values for them. */
  drawn: Record<string, readonly string[]>
  /** Columns that no tile shows → the same. */
  hidden: Record<string, readonly string[]>
  /** What a copy of a row cannot have in common with it; `n` is a number not used before. */
  ofACopy?: Record<string, (n: number) => string>
  hasShape?: boolean
  isKept?: boolean
}

const NAMES = { name_fa: [`'باغ'`, `'گذر'`], name_en: [`'Orchard'`, `'Gozar'`] }
const USES = [`'RES'`, `'COM'`, `'GRN'`, 'null']

export const TABLES: readonly EditedTable[] = [
  {
    name: 'districts',
    key: 'district_id',
    drawn: NAMES,
    hidden: { number: ['number + 100'] },
    ofACopy: { number: (n) => `${n}` },
  },
  { name: 'neighbourhoods', key: 'neighbourhood_id', drawn: NAMES, hidden: { region_id: ['null'] } },
  { name: 'blocks', key: 'block_id', drawn: {}, hidden: { number: ['number + 1', 'null'], neighbourhood_id: ['1', '2'] } },
  {
    name: 'plan_units',
    key: 'plan_unit_id',
    drawn: { ...NAMES, code: [`'M111'`, `'S212'`] },
    hidden: { plan: [`'other'`], source_id: [`'x'`] },
  },
  {
    name: 'street_segments',
    key: 'segment_id',
    drawn: {
      class: [`'arterial-1'`, `'arterial-2'`, `'collector'`, `'local'`, `'alley'`, `'pedestrian'`, `'unknown'`],
      row_width_m: ['8', '24', 'null'],
      street_id: ['1', '2', 'null'],
    },
    hidden: { source_id: [`'x'`, `'y'`], is_dead_end: ['not is_dead_end'] },
  },
  { name: 'streets', key: 'street_id', drawn: NAMES, hidden: {}, hasShape: false, isKept: true },
  {
    name: 'parcels',
    key: 'parcel_id',
    drawn: {
      'land_use, residential_density': [`row('COM', null)`, `row('RES', 2)`, `row('RES', 3)`, `row(null, null)`],
      house_number: [`'۷'`, 'null'],
      'status, valid_to': [`row('retired', date '2025-01-01')`, `row('current', null::date)`],
    },
    hidden: {
      address: [`'نشانی'`, 'null'],
      postal_code: [`'8818800000'`],
      deed_area_m2: ['120'],
      street_id: ['1', '2'],
      recorded_by: [`'somebody'`],
    },
    ofACopy: { code: (n) => `'copy-${n}'` },
  },
  {
    name: 'buildings',
    key: 'building_id',
    drawn: { storeys: ['3', '9', 'null'], height_m: ['10.5', 'null'], land_use: USES },
    hidden: { built_year: ['1990', 'null'], number: ['4'], parcel_id: ['12', '14'], source_id: [`'x'`] },
  },
  {
    name: 'facilities',
    key: 'facility_id',
    drawn: { ...NAMES, kind: [`'park'`, `'school'`], land_use: USES },
    hidden: { parcel_id: ['22', 'null'] },
  },
  {
    name: 'water_courses',
    key: 'water_course_id',
    drawn: {
      centre_line: [
        'ST_Translate(centre_line, 60, 30)',
        'ST_Rotate(centre_line, 0.7, ST_Centroid(geom))',
        'null',
        'ST_Multi(ST_Boundary(geom))',
      ],
      kind: [`'madi'`, `'pool'`, `'river'`],
      ...NAMES,
      'name_fa, name_en': [`row(null, null)`, `row('رود', null)`],
    },
    hidden: { width_m: ['12', 'null'] },
  },
  {
    name: 'street_lines',
    key: 'street_line_id',
    drawn: { planned_width_m: ['8', '14'], segment_id: ['1', '2', 'null'] },
    hidden: { right_of_way: ['ST_Multi(ST_Buffer(right_of_way, 3))'] },
  },
  {
    name: 'buffers',
    key: 'buffer_id',
    drawn: { ...NAMES, theme: [`'madi-buffer'`, `'heritage'`], effect: [`'conditional'`, `'inquiry'`], width_m: ['9', 'null'] },
    hidden: {},
  },
  {
    name: 'findings',
    key: 'finding_id',
    drawn: { area_m2: ['3', '70'], resolved_at: ['now()', 'null'], parcel_id: ['11', '12'], other_parcel_id: ['22', '23'] },
    hidden: { source: [`'x'`], found_at: [`now() - interval '1 day'`] },
  },
]

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function openDice(seed: number) {
  let state = seed
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    roll,
    whole: (from: number, to: number) => from + Math.floor(roll() * (to - from + 1)),
    pick: <T>(from: readonly T[]): T => from[Math.floor(roll() * from.length)]!,
  }
}
export type Dice = ReturnType<typeof openDice>

export interface Edit {
  sql: string
  /** Whether no tile may change. */
  isHidden: boolean
}

/** For each column that is drawn, statements that give another value to the first row. */
export function* listColumnEdits({ name, key, drawn }: EditedTable): Generator<string> {
  for (const [column, values] of Object.entries(drawn)) {
    for (const value of values.slice(0, 3)) {
      const set = column.includes(',') ? `(${column})` : column
      yield `update land.${name} set ${set} = ${value} where ${key} = (select min(${key}) from land.${name})`
    }
  }
}

let copies = 1000

/** One statement that changes one or several rows of one table, in a random way. `columns`: those of a new row. */
export function composeEdit(dice: Dice, table: EditedTable, columns: readonly string[]): Edit {
  const { key, drawn, hidden, hasShape = true } = table
  const name = `land.${table.name}`
  const some = `${key} in (select ${key} from ${name} order by md5(${key}::text || '${dice.whole(0, 999)}') limit ${dice.pick([1, 1, 1, 3])})`
  const kinds = [
    ...Array<string>(3).fill('drawn'),
    ...(hasShape ? ['shape', 'shape', 'shape', 'copy', 'copy'] : []),
    'hidden',
    ...(table.isKept ? [] : ['delete']),
  ]
  const kind = dice.pick(kinds)
  if (kind === 'hidden' && Object.keys(hidden).length > 0) {
    const [column, values] = dice.pick(Object.entries(hidden))
    return { sql: `update ${name} set ${column} = ${dice.pick(values)} where ${some}`, isHidden: true }
  }
  if (kind === 'copy') {
    const given: Record<string, string> = { [key]: `${copies++}`, geom: moveShape(dice, 'r.geom') }
    for (const [column, make] of Object.entries(table.ofACopy ?? {})) given[column] = make(copies)
    const list = columns.map((column) => given[column] ?? `r.${column}`)
    return {
      sql: `insert into ${name} (${columns.join(', ')}) select ${list.join(', ')} from ${name} r order by md5(${key}::text || '${dice.whole(0, 999)}') limit 1`,
      isHidden: false,
    }
  }
  if (kind === 'delete') return { sql: `delete from ${name} where ${some.replace(/limit \d/, 'limit 1')}`, isHidden: false }
  if ((kind === 'shape' || Object.keys(drawn).length === 0) && hasShape) {
    return { sql: `update ${name} set geom = ${moveShape(dice, 'geom')} where ${some}`, isHidden: false }
  }
  const [column, values] = dice.pick(Object.entries(drawn))
  return {
    sql: `update ${name} set ${column.includes(',') ? `(${column})` : column} = ${dice.pick(values)} where ${some}`,
    isHidden: false,
  }
}

/** Moved, stretched or turned, or by a hair; within a kilometre of where it was. */
function moveShape(dice: Dice, geom: string): string {
  const centre = `ST_Centroid(${geom})`
  const far = dice.pick([1, 30, 400])
  const move = `ST_Translate(%, ${dice.whole(-far, far)}, ${dice.whole(-far, far)})`
  const factor = () => `case when ST_Length(ST_BoundingDiagonal(${geom})) > 900 then 0.3 else ${dice.pick([0.5, 1, 6])} end`
  const stretch =
    `ST_Translate(ST_Scale(ST_Translate(%, -ST_X(${centre}), -ST_Y(${centre})), ${factor()}, ${factor()}), ` +
    `ST_X(${centre}), ST_Y(${centre}))`
  const turn = `ST_Rotate(%, ${(dice.roll() * 3).toFixed(3)}, ${centre})`
  return dice.pick([move, stretch, turn, stretch.replace('%', turn)]).replace('%', geom)
}
