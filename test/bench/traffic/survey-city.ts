import type pg from 'pg'
import { makeTrace } from './make-trace.ts'
import { readTrace, type Place, type Trace } from './trace.ts'

const PLACES = 60
const SEED = 1

/** What a trace is made from: where the city lies, and places evenly spread over the ids of its parcels. */
export async function surveyCity(pool: pg.Pool): Promise<Pick<Trace, 'box' | 'places'>> {
  const extent = await pool.query<{ box: Trace['box'] }>(
    `with e as (select ST_Transform(ST_SetSRID(ST_Extent(geom_3857)::geometry, 3857), 4326) as box from land.parcels where status = 'current')
     select array[ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)] as box from e`,
  )
  const found = await pool.query<{ lon: number; lat: number }>(
    `with range as (select min(parcel_id) as first, max(parcel_id) as last from land.parcels)
     select ST_X(at) as lon, ST_Y(at) as lat
     from range, generate_series(0, $1::int - 1) i
     cross join lateral (
       select ST_Transform(ST_PointOnSurface(p.geom_3857), 4326) as at from land.parcels p
       where p.parcel_id >= first + ((last - first) * i) / $1 and p.status = 'current' order by p.parcel_id limit 1) place
     order by i`,
    [PLACES],
  )
  if (found.rows.length === 0) throw new Error('there is no city to measure')
  const round = (value: number) => Math.round(value * 1e6) / 1e6
  return {
    box: extent.rows[0]!.box.map(round) as Trace['box'],
    places: found.rows.map(({ lon, lat }): Place => [round(lon), round(lat)]),
  }
}

/**
 * The committed trace when it was walked in this very city; otherwise, or for a size that has none, one made now by the same
 * rules: `isCommitted` says which, and the report must too.
 */
export async function chooseTrace(pool: pg.Pool, parcels: number): Promise<{ trace: Trace; isCommitted: boolean }> {
  const committed = readTrace(parcels)
  const survey = await surveyCity(pool)
  const isSame =
    committed !== null && JSON.stringify([committed.box, committed.places]) === JSON.stringify([survey.box, survey.places])
  if (isSame) return { trace: committed, isCommitted: true }
  return { trace: makeTrace({ parcels, seed: SEED, ...survey }), isCommitted: false }
}
