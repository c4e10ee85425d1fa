import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** Tables the city fills, in the order their references need, with the columns of their COPY; the id comes first. */
export const TABLES = {
  districts: 'district_id municipality_id number name_fa name_en geom',
  regions: 'region_id district_id number name_fa name_en geom',
  neighbourhoods: 'neighbourhood_id municipality_id region_id name_fa name_en geom',
  streets: 'street_id municipality_id name_fa name_en',
  street_segments: 'segment_id municipality_id street_id class row_width_m is_dead_end geom',
  street_lines: 'street_line_id municipality_id segment_id planned_width_m geom right_of_way',
  blocks: 'block_id municipality_id region_id neighbourhood_id number geom',
  parcels:
    'parcel_id municipality_id code block_id neighbourhood_id registration_section registration_main registration_sub postal_code land_use residential_density deed_area_m2 surveyed_area_m2 street_id house_number address status valid_from valid_to recorded_by recorded_at geom',
  parcel_lineage: 'parent_id child_id kind happened_on recorded_by recorded_at',
  buildings: 'building_id municipality_id parcel_id number storeys height_m built_year land_use geom',
  building_units: 'unit_id building_id kind number floor area_m2',
  facilities: 'facility_id municipality_id parcel_id kind name_fa name_en land_use geom',
  water_courses: 'water_course_id municipality_id kind name_fa name_en width_m centre_line geom',
  buffers: 'buffer_id municipality_id theme name_fa name_en width_m effect geom',
  plan_units: 'plan_unit_id municipality_id code name_fa name_en plan geom',
  parties: 'party_id kind name identifier',
  properties: 'property_id municipality_id code',
  property_parcels: 'property_id parcel_id',
  rights: 'right_id property_id party_id kind share_numerator share_denominator',
} as const
export type Table = keyof typeof TABLES
export type Cell = string | number | boolean | null

/** Collects rows as COPY text and hands them over in portions; never more than one portion and one neighbourhood are held. */
export interface RowSink {
  add(table: Table, ...cells: Cell[]): void
  /** The next id of a table. */
  nextId(table: Table): number
  /** Send what is held when it is worth a COPY, or always with `force`. */
  drain(force?: boolean): Promise<void>
  counts: Record<Table, number>
  /** Most rows held at once so far. */
  highWater: number
  /** SHA-256 over all rows of each table, when asked for. */
  digest(): Record<string, string>
}

/** Rows to the database, on the one connection that holds the transaction. */
export function createRowSink(
  client: pg.ClientBase | null,
  options: { portion?: number; firstId?: Partial<Record<Table, number>>; hashes?: boolean } = {},
): RowSink {
  const portion = options.portion ?? 6000
  const names = Object.keys(TABLES) as Table[]
  const held = Object.fromEntries(names.map((name) => [name, [] as string[]])) as Record<Table, string[]>
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Table, number>
  const ids = Object.fromEntries(names.map((name) => [name, options.firstId?.[name] ?? 1])) as Record<Table, number>
  const hashes = Object.fromEntries(names.map((name) => [name, createHash('sha256')])) as Record<
    Table,
    ReturnType<typeof createHash>
  >
  let size = 0
  const sink: RowSink = {
    counts,
    highWater: 0,
    add(table, ...cells) {
      held[table].push(copyLine(cells))
      counts[table]++
      if (++size > sink.highWater) sink.highWater = size
    },
    nextId: (table) => ids[table]++,
    async drain(force = false) {
      if (size === 0 || (!force && size < portion)) return
      const portions = names.filter((name) => held[name].length > 0).map((name) => [name, held[name].join('')] as const)
      for (const [name] of portions) held[name] = []
      size = 0
      for (const [name, text] of portions) {
        if (options.hashes) hashes[name].update(text)
        if (client) await copyText(client, name, text)
      }
    },
    digest: () => Object.fromEntries(names.map((name) => [name, hashes[name].copy().digest('hex')])),
  }
  return sink
}

/** Ids were ours to give: later rows go on after them. */
export async function advanceIdentities(client: pg.ClientBase): Promise<void> {
  for (const [table, columns] of Object.entries(TABLES)) {
    const id = columns.split(' ')[0]!
    await client.query(
      `select setval(s.name, greatest(1, (select coalesce(max(${id}), 0) from land.${table})))
       from (select pg_get_serial_sequence('land.${table}', '${id}') as name) s where s.name is not null`,
    )
  }
}

async function copyText(client: pg.ClientBase, table: Table, text: string): Promise<void> {
  const stream = client.query(copyFrom(`copy land.${table} (${TABLES[table].split(' ').join(', ')}) from stdin`))
  stream.end(text)
  await once(stream, 'finish')
}

function copyLine(cells: Cell[]): string {
  let line = ''
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!
    if (i > 0) line += '\t'
    line += cell === null ? '\\N' : cell === true ? 't' : cell === false ? 'f' : cell
  }
  return line + '\n'
}
