import { readFileSync } from 'node:fs'
import { CompiledQuery, sql } from 'kysely'
import type { Position } from 'geojson'
import type { Db } from '#db/connect.ts'
import { listCodeReadings } from './parcel-code.ts'
import { geometryColumn, summaryColumns, toFeature, toSummary, type SummaryRow } from './summary.ts'
import type { ParcelDetail, ParcelFeature, ParcelId, ParcelSummary, Relative } from './types.ts'

const DETAIL = readFileSync(new URL('detail.sql', import.meta.url), 'utf8')

/** The parcel a code means, retired ones included: as typed, then canonical, then in the other reading order. */
export async function findParcelId(db: Db, typed: string): Promise<ParcelId | null> {
  const codes = listCodeReadings(typed)
  const { rows } = await sql<{ id: number }>`
    select p.parcel_id as id from land.parcels p
    where (upper(p.code) collate "C") = any (${codes}::text[])
    order by array_position(${codes}::text[], upper(p.code)), p.code <> ${typed}, p.municipality_id limit 1`.execute(db)
  return rows[0]?.id ?? null
}

/** The parcel under a point (lon, lat); where parcels overlap, the smallest. */
export async function findParcelAt(db: Db, [lon, lat]: Position): Promise<ParcelFeature | null> {
  const { rows } = await sql<SummaryRow & { geometry: string }>`
    select ${summaryColumns}, ${geometryColumn}
    from (select ST_SetSRID(ST_MakePoint(${lon}, ${lat}), 4326) as at) c
    join land.parcels p on p.geom_3857 && ST_Transform(c.at, 3857) and p.status = 'current' and ST_Intersects(p.geom, ST_Transform(c.at, ST_SRID(p.geom)))
    left join land.neighbourhoods n using (neighbourhood_id)
    order by p.computed_area_m2, p.parcel_id limit 1`.execute(db)
  return rows[0] ? toFeature(rows[0]) : null
}

/** Summaries of these parcels, in the order asked for; unknown ids are left out. */
export async function listSummaries(db: Db, ids: readonly ParcelId[]): Promise<ParcelSummary[]> {
  const { rows } = await sql<SummaryRow>`
    select ${summaryColumns}
    from unnest(${ids}::bigint[]) with ordinality as asked(parcel_id, place)
    join land.parcels p using (parcel_id) left join land.neighbourhoods n using (neighbourhood_id)
    order by asked.place`.execute(db)
  return rows.map(toSummary)
}

/** What detail.sql answers. */
export interface DetailRow extends SummaryRow {
  geometry: string
  registration_section: string | null
  house_number: string | null
  deed_area_m2: number | null
  surveyed_area_m2: number | null
  valid_from: string
  valid_to: string | null
  recorded_by: string
  recorded_at: Date
  bbox: [number, number, number, number]
  point: Position
  municipality: { slug: string; nameFa: string; nameEn: string; isSynthetic: boolean; srid: number }
  district: { nameFa: string; nameEn: string; number: number } | null
  region: { nameFa: string; nameEn: string; number: number } | null
  block: number | null
  street: { id: number; nameFa: string | null; nameEn: string | null } | null
  buildings: ParcelDetail['buildings']
  findings: { kind: 'overlap'; otherCode: string; areaM2: number; foundAt: string }[]
  parents: Relative[]
  children: Relative[]
}

export async function findDetailRow(db: Db, id: ParcelId): Promise<DetailRow | null> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(DETAIL, [id]))
  return (rows[0] as DetailRow | undefined) ?? null
}
