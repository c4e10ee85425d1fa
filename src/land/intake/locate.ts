import type pg from 'pg'
import { RefusalError } from './refusal.ts'
import type { ResolvedCrs } from './resolve-crs.ts'

/** Farther than this from the middle of the data nothing belongs to the same city. */
const CITY_REACH_M = 100_000
/** No metre coordinate on earth is larger; a projection that fails answers with more, or infinity. */
const FARTHEST_M = 1e8
/** Outside, UTM is not defined and nobody keeps a city's registry. */
const SOUTHMOST = -80
const NORTHMOST = 84

/** The middle of the data, WGS84. */
export interface Centre {
  lon: number
  lat: number
}

/**
 * Find where on earth the staged shapes lie, and leave out those that lie nowhere ("outside").
 * @returns the median, which a few wrong features do not move; null when no shape is left
 */
export async function locateFeatures(client: pg.ClientBase, crs: ResolvedCrs): Promise<Centre | null> {
  await client.query(
    crs.isGeographic
      ? `update staged set spot = ST_SetSRID(ST_Centroid(ST_Envelope(shape)), 4326)
         where reason is null and ST_XMin(shape) >= -180 and ST_XMax(shape) <= 180 and ST_YMin(shape) >= -90 and ST_YMax(shape) <= 90`
      : `update staged set spot = pg_temp.transform_or_null(ST_Centroid(ST_Envelope(shape)), ${crs.srid}, 4326) where reason is null`,
  )
  // an answer that is no place: infinite, or beyond the poles
  await client.query(
    `update staged set reason = 'outside', spot = null,
       detail = 'no place on earth: ' || round(ST_XMin(shape)::numeric, 6) || ' ' || round(ST_YMin(shape)::numeric, 6)
     where reason is null
       and (spot is null or not coalesce(ST_X(spot) between -180 and 180 and ST_Y(spot) between -90 and 90, false))`,
  )
  const { rows } = await client.query<{ lon: number | null; lat: number | null }>(
    `select percentile_cont(0.5) within group (order by ST_X(spot)) as lon,
       percentile_cont(0.5) within group (order by ST_Y(spot)) as lat
     from staged where reason is null`,
  )
  const { lon, lat } = rows[0]!
  return lon === null || lat === null ? null : { lon, lat }
}

/** The zone of UTM on WGS84 in which the data lie. @throws RefusalError near the poles, where data are swapped or wrong */
export function chooseUtmZone({ lon, lat }: Centre): number {
  if (lat < SOUTHMOST || lat > NORTHMOST) {
    throw new RefusalError(
      `The data lie at latitude ${lat.toFixed(3)}, where no city is. Are longitude and latitude swapped, or does --crs differ?`,
    )
  }
  const zone = Math.min(60, Math.floor((lon + 180) / 6) + 1)
  return (lat >= 0 ? 32600 : 32700) + zone
}

/**
 * Do the data lie in the municipality that is there?
 * @throws RefusalError with the distance, and the likely cause when swapped coordinates would fit
 */
export async function requireNear(
  client: pg.ClientBase,
  centre: Centre,
  municipality: { id: number; name: string },
): Promise<void> {
  const distance = async (lon: number, lat: number) => {
    const { rows } = await client.query<{ metres: number | null }>(
      `select ST_Distance(boundary_4326::geography, ST_SetSRID(ST_MakePoint($2, $3), 4326)::geography) as metres
       from land.municipalities where municipality_id = $1`,
      [municipality.id, lon, lat],
    )
    return rows[0]?.metres ?? 0
  }
  const metres = await distance(centre.lon, centre.lat)
  if (metres <= CITY_REACH_M) return
  const wouldFit = Math.abs(centre.lon) <= 90 && (await distance(centre.lat, centre.lon)) <= CITY_REACH_M
  throw new RefusalError(
    `The data lie ${Math.round(metres / 1000)} km from ${municipality.name}` +
      ` (at ${centre.lat.toFixed(4)}, ${centre.lon.toFixed(4)}).` +
      (wouldFit ? ' Longitude and latitude are swapped.' : ' Is it another city’s file, or does --crs differ?'),
  )
}

/** Leave out what lies too far from the rest, then bring the rest into the authoritative CRS. */
export async function projectFeatures(client: pg.ClientBase, crs: ResolvedCrs, centre: Centre, srid: number): Promise<void> {
  await client.query(
    `update staged set reason = 'far',
       detail = round(ST_DistanceSphere(spot, ST_SetSRID(ST_MakePoint($1, $2), 4326)) / 1000) || ' km from the middle of the data'
     where reason is null and ST_DistanceSphere(spot, ST_SetSRID(ST_MakePoint($1, $2), 4326)) > ${CITY_REACH_M}`,
    [centre.lon, centre.lat],
  )
  await transformAll(client, crs.srid, srid)
  await client.query(
    `update staged set reason = 'outside', geom = null, detail = 'it reaches beyond the coordinate system'
     where reason is null and (geom is null or not coalesce(ST_XMax(geom) < ${FARTHEST_M} and ST_XMin(geom) > -${FARTHEST_M}, false))`,
  )
  await client.query(
    `update staged set reason = 'far', geom = null, detail = 'wider than ${(2 * CITY_REACH_M) / 1000} km'
     where reason is null
       and greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) > ${2 * CITY_REACH_M}`,
  )
  // Rounding of the projection can close a gap of a nanometre: what is stored must be valid as it is stored.
  await client.query(
    `update staged set reason = 'invalid', detail = 'in EPSG:' || $1::int || ': ' || ST_IsValidReason(geom)
     where reason is null and not ST_IsValid(geom)`,
    [srid],
  )
}

/** In one go; feature by feature only when one of them stops the projection. */
async function transformAll(client: pg.ClientBase, from: number, to: number): Promise<void> {
  const which = `where geom is null and spot is not null and coalesce(reason, 'invalid') = 'invalid'`
  await client.query('savepoint before_transform')
  try {
    await client.query(`update staged set geom = ST_Transform(ST_SetSRID(shape, ${from}), ${to}) ${which}`)
  } catch {
    await client.query('rollback to savepoint before_transform')
    await client.query(`update staged set geom = pg_temp.transform_or_null(shape, ${from}, ${to}) ${which}`)
  }
}
