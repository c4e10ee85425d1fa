import { sql, type RawBuilder } from 'kysely'
import type { Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import type { LandUse } from '../parcels/types.ts'
import type { GroundBox } from './lay-out-sheet.ts'

/** The municipality whose map is printed, and the centre of the sheet in its CRS. */
export interface PrintGround {
  municipalityId: number
  nameFa: string
  nameEn: string
  isSynthetic: boolean
  srid: number
  crsName: string
  recordedAt: Date
  center: [east: number, north: number]
  /** Angle from grid north to true north at the centre, degrees clockwise. */
  convergence: number
  /** Length on the grid for one metre on the ellipsoid, at the centre. */
  scaleFactor: number
}

/** The municipality around a place, or the first one when the place is in none; `null` when the database is empty. */
export async function findPrintGround(db: Db, [lon, lat]: Position): Promise<PrintGround | null> {
  const point = sql`ST_SetSRID(ST_MakePoint(${lon}, ${lat}), 4326)`
  const { rows } = await sql<PrintGround & { crsWkt: string; east: number; north: number }>`
    select m.municipality_id as "municipalityId", m.name_fa as "nameFa", m.name_en as "nameEn", m.is_synthetic as "isSynthetic", m.srid,
           s.srtext as "crsWkt", m.recorded_at as "recordedAt", ST_X(c.at) as east, ST_Y(c.at) as north,
           degrees(atan2(ST_X(c.north) - ST_X(c.at), ST_Y(c.north) - ST_Y(c.at))) as convergence,
           ST_Distance(c.at, c.north) / ST_Distance(${point}::geography, c.north_4326::geography) as "scaleFactor"
    from land.municipalities m
    join public.spatial_ref_sys s on s.srid = m.srid
    cross join lateral (
      select ST_Transform(${point}, m.srid) as at, ST_SetSRID(ST_MakePoint(${lon}, ${lat! + 0.001}), 4326) as north_4326,
             ST_Transform(ST_SetSRID(ST_MakePoint(${lon}, ${lat! + 0.001}), 4326), m.srid) as north offset 0) c
    order by ST_Covers(m.boundary_4326, ${point}) desc nulls last, m.municipality_id
    limit 1`.execute(db)
  const row = rows[0]
  if (!row) return null
  return { ...row, crsName: /"([^"]+)"/.exec(row.crsWkt)?.[1] ?? '', center: [row.east, row.north] }
}

/** How one sheet maps ground to paper; what every drawing query needs. */
export interface Sheet {
  municipalityId: number
  srid: number
  ground: GroundBox
  mmPerMetre: number
}

/** A name along a line: its course in millimetres of paper. */
export interface NamedLine {
  nameFa: string | null
  nameEn: string | null
  widthM: number | null
  course: Position[]
}
/** A name at a point, millimetres of paper. */
export interface NamedPoint {
  nameFa: string | null
  nameEn: string | null
  x: number
  y: number
  kind: string | null
}

/** What stands on both sides of the frame's edge is cut 3 mm outside it. */
function around(sheet: Sheet): RawBuilder<unknown> {
  const [minX, minY, maxX, maxY] = sheet.ground
  const spare = 3 / sheet.mmPerMetre
  return sql`ST_MakeEnvelope(${minX - spare}, ${minY - spare}, ${maxX + spare}, ${maxY + spare}, ${sheet.srid})`
}
/** Millimetres of paper, y upward from the frame's top edge (ST_AsSVG turns it over). */
function paper(sheet: Sheet, geom: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`ST_TransScale(ST_ClipByBox2D(${geom}, ${around(sheet)}), ${-sheet.ground[0]}, ${-sheet.ground[3]}, ${sheet.mmPerMetre}, ${sheet.mmPerMetre})`
}
function svg(sheet: Sheet, geom: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`nullif(ST_AsSVG(${paper(sheet, geom)}, 0, 3), '')`
}
function here(sheet: Sheet, table: string): RawBuilder<unknown> {
  return sql`${sql.ref(`${table}.municipality_id`)} = ${sheet.municipalityId} and ${sql.ref(`${table}.geom`)} && ${around(sheet)}`
}

/** Number of current parcels on the sheet, counted no further than `limit`. */
export async function countParcelsOnSheet(db: Db, sheet: Sheet, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (select 1 from land.parcels p where ${here(sheet, 'p')} and p.status = 'current' limit ${limit}) t`.execute(
    db,
  )
  return rows[0]!.count
}

/** Whether the municipality has, or had, a parcel of this code. */
export async function hasParcel(db: Db, sheet: Sheet, code: string): Promise<boolean> {
  const { rows } = await sql`select from land.parcels where municipality_id = ${sheet.municipalityId} and code = ${code}`.execute(
    db,
  )
  return rows.length > 0
}

export interface UseDrawing {
  landUse: LandUse | null
  density: number | null
  d: string
}
/** Outlines of the current parcels, one path for each land use (and density of housing). */
export async function drawParcels(db: Db, sheet: Sheet): Promise<UseDrawing[]> {
  const { rows } = await sql<UseDrawing>`
    select p.land_use as "landUse", case when p.land_use = 'RES' then p.residential_density end as density, string_agg(${svg(sheet, sql`ST_ForcePolygonCW(p.geom)`)}, ' ') as d
    from land.parcels p where ${here(sheet, 'p')} and p.status = 'current'
    group by 1, 2`.execute(db)
  return rows.filter((row) => row.d)
}

/** One path for everything of a table on the sheet. */
export async function drawTable(
  db: Db,
  sheet: Sheet,
  table: 'blocks' | 'buildings' | 'water_courses' | 'street_lines' | 'buffers' | 'plan_units',
): Promise<string> {
  const { rows } = await sql<{ d: string | null }>`
    select string_agg(${svg(sheet, sql`t.geom`)}, ' ') as d from ${sql.table(`land.${table}`)} t where ${here(sheet, 't')}`.execute(
    db,
  )
  return rows[0]?.d ?? ''
}

/** Street axes by right-of-way width (null = not known). */
export async function drawStreets(db: Db, sheet: Sheet): Promise<{ widthM: number | null; d: string }[]> {
  const { rows } = await sql<{ widthM: number | null; d: string }>`
    select t.row_width_m::float8 as "widthM", string_agg(${svg(sheet, sql`t.geom`)}, ' ') as d
    from land.street_segments t where ${here(sheet, 't')} group by 1 order by 1 nulls first`.execute(db)
  return rows.filter((row) => row.d)
}

/** Overlaps found in the data, on this sheet. */
export async function drawFindings(db: Db, sheet: Sheet): Promise<string> {
  const { rows } = await sql<{ d: string | null }>`
    select string_agg(${svg(sheet, sql`ST_CollectionExtract(t.geom, 3)`)}, ' ') as d from land.findings t where ${here(sheet, 't')} and t.resolved_at is null`.execute(
    db,
  )
  return rows[0]?.d ?? ''
}

/** One parcel by its code: its outline, and whether any of it is on the sheet. */
export async function drawParcel(
  db: Db,
  sheet: Sheet,
  code: string,
): Promise<{ d: string; corners: Position[]; at: Position | null } | null> {
  const { rows } = await sql<{
    d: string | null
    corners: { coordinates: Position[] } | null
    x: number | null
    y: number | null
  }>`
    select ${svg(sheet, sql`p.geom`)} as d, ST_AsGeoJSON(${paper(sheet, sql`ST_Points(ST_ExteriorRing(ST_GeometryN(p.geom, 1)))`)}, 3)::json as corners,
           ST_X(ST_PointOnSurface(${paper(sheet, sql`p.geom`)})) as x, -ST_Y(ST_PointOnSurface(${paper(sheet, sql`p.geom`)})) as y
    from land.parcels p where p.municipality_id = ${sheet.municipalityId} and p.code = ${code}`.execute(db)
  const row = rows[0]
  if (!row) return null
  return {
    d: row.d ?? '',
    corners: (row.corners?.coordinates ?? []).map(([x, y]) => [x!, -y!]),
    at: row.x === null ? null : [row.x, row.y!],
  }
}

/** House numbers of parcels that are at least `leastMm2` of paper. */
export async function listHouseNumbers(db: Db, sheet: Sheet, leastMm2: number): Promise<NamedPoint[]> {
  const { rows } = await sql<NamedPoint>`
    select p.house_number as "nameFa", p.house_number as "nameEn", null as kind, ST_X(c.at) as x, -ST_Y(c.at) as y
    from land.parcels p cross join lateral (select ${paper(sheet, sql`ST_PointOnSurface(p.geom)`)} as at offset 0) c
    where ${here(sheet, 'p')} and p.status = 'current' and p.house_number is not null and p.computed_area_m2 >= ${leastMm2 / sheet.mmPerMetre ** 2}
      and not ST_IsEmpty(c.at)
    order by p.parcel_id`.execute(db)
  return rows
}

/** Courses of named streets and waters within the sheet, each merged and its longest piece. */
export async function listNamedLines(db: Db, sheet: Sheet, of: 'streets' | 'water'): Promise<NamedLine[]> {
  const source =
    of === 'streets'
      ? sql`select s.name_fa, s.name_en, max(t.row_width_m)::float8 as width_m, ST_LineMerge(ST_CollectionExtract(ST_Collect(${paper(sheet, sql`t.geom`)}), 2)) as line
            from land.street_segments t join land.streets s using (street_id) where ${here(sheet, 't')} group by s.street_id`
      : sql`select t.name_fa, t.name_en, t.width_m::float8 as width_m, ST_LineMerge(ST_CollectionExtract(${paper(sheet, sql`t.centre_line`)}, 2)) as line
            from land.water_courses t where ${here(sheet, 't')} and t.centre_line is not null`
  const { rows } = await sql<{
    nameFa: string | null
    nameEn: string | null
    widthM: number | null
    course: { coordinates: Position[] }
  }>`
    with named as (${source})
    select n.name_fa as "nameFa", n.name_en as "nameEn", n.width_m as "widthM", ST_AsGeoJSON(d.geom, 3)::json as course
    from named n cross join lateral (select geom from ST_Dump(n.line) where ST_GeometryType(geom) = 'ST_LineString' order by ST_Length(geom) desc limit 2) d
    order by n.width_m desc nulls last, ST_Length(d.geom) desc`.execute(db)
  return rows.map((row) => ({ ...row, course: row.course.coordinates.map(([x, y]) => [x!, -y!]) }))
}

/** Names of facilities, neighbourhoods or zones at a point on the sheet. */
export async function listNamedPoints(
  db: Db,
  sheet: Sheet,
  of: 'facilities' | 'neighbourhoods' | 'plan_units',
): Promise<NamedPoint[]> {
  const clipped = paper(sheet, sql`t.geom`)
  const { rows } = await sql<NamedPoint>`
    select t.name_fa as "nameFa", t.name_en as "nameEn", ${of === 'facilities' ? sql`t.kind` : of === 'plan_units' ? sql`t.code` : sql`null`} as kind,
           ST_X(c.at) as x, -ST_Y(c.at) as y
    from ${sql.table(`land.${of}`)} t cross join lateral (select ST_PointOnSurface(${clipped}) as at offset 0) c
    where ${here(sheet, 't')} and not ST_IsEmpty(c.at)
    order by 1`.execute(db)
  return rows
}
