import type pg from 'pg'
import { readSql } from './add-features.ts'
import type { Overlap, Target } from './types.ts'
import { isWoundRound } from './wind-round.ts'

/** Smaller crossings are rounding, not ground (section 3 of the land model). */
const SMALLEST_OVERLAP_M2 = 0.05
const CORNERS_OF_A_PIECE = 128
const INVALID_AT_ONCE = 200

interface Pair {
  a_ordinal: number
  b_ordinal: number | null
  a_code: string | null
  b_code: string | null
  a_reason: string | null
  b_reason: string | null
  a_parcel: number | null
  b_parcel: number | null
  area_m2: number
}

/**
 * Measure where features of the file lie on each other or on recorded parcels. All that enclose ground take part, also those
 * left out, so that the report tells everything the file has; a pair of two recorded parcels becomes a finding on both.
 */
export async function measureOverlaps(
  client: pg.ClientBase,
  into: Target,
  municipalityId: number,
  source: string,
): Promise<Overlap[]> {
  await readInvalidGround(client)
  await client.query(
    `create temp table pieces on commit drop as
     select ordinal, null::bigint as parcel_id,
       ST_Subdivide(case when reason = 'invalid' then ground else geom end, ${CORNERS_OF_A_PIECE}) as piece
     from staged where geom is not null and reason is distinct from 'present' and (reason is distinct from 'invalid' or ground is not null)`,
  )
  if (into === 'parcels') await addRecordedPieces(client, municipalityId)
  await client.query('create index on pieces using gist (piece)')
  await client.query('analyze pieces; analyze staged')
  const { rows } = await client.query<Pair>(readSql('find-overlaps'), [municipalityId, SMALLEST_OVERLAP_M2, source])
  return rows.map((row) => ({
    a: { id: row.a_code ?? `#${row.a_ordinal}`, ordinal: row.a_ordinal, detail: row.a_reason },
    b: { id: row.b_code ?? `#${row.b_ordinal}`, ordinal: row.b_ordinal ?? 0, detail: row.b_reason },
    areaM2: row.area_m2,
    recorded: row.a_parcel !== null && row.b_parcel !== null,
  }))
}

/** Parcels recorded before, where new ones lie. */
async function addRecordedPieces(client: pg.ClientBase, municipalityId: number): Promise<void> {
  await client.query(
    `insert into pieces select null, p.parcel_id, ST_Subdivide(p.geom, ${CORNERS_OF_A_PIECE}) from land.parcels p
     where p.municipality_id = $1 and p.status = 'current'
       and p.recorded_at < transaction_timestamp()
       and p.geom && (select ST_SetSRID(ST_Extent(piece)::geometry, ST_SRID(p.geom)) from pieces)`,
    [municipalityId],
  )
}

/** What invalid shapes enclose by the winding rule, for the comparison only: the shapes themselves stay as they are. */
async function readInvalidGround(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ ordinal: number }>(
    `select ordinal from staged where reason = 'invalid' and geom is not null and ST_Dimension(geom) = 2 order by ordinal`,
  )
  for (let i = 0; i < rows.length; i += INVALID_AT_ONCE) {
    await client.query('savepoint before_ground')
    try {
      await readGroundOf(
        client,
        rows.slice(i, i + INVALID_AT_ONCE).map((row) => row.ordinal),
      )
      await client.query('release savepoint before_ground')
    } catch {
      // A shape so broken that it cannot even be taken apart is not compared.
      await client.query('rollback to savepoint before_ground')
    }
  }
}

async function readGroundOf(client: pg.ClientBase, ordinals: number[]): Promise<void> {
  await client.query(
    `create temp table faces on commit drop as
     select s.ordinal, (face).path[1] as number, (face).geom as geom, ST_PointOnSurface((face).geom) as inside
     from staged s cross join lateral (
       select ST_Dump(ST_Polygonize(lines)) as face from ST_UnaryUnion(ST_Boundary(s.geom)) as lines) f
     where s.ordinal = any($1)`,
    [ordinals],
  )
  const shapes = await client.query<{ ordinal: number; shape: string }>(
    'select ordinal, ST_AsGeoJSON(geom, 15, 0) as shape from staged where ordinal = any($1)',
    [ordinals],
  )
  const polygons = new Map(
    shapes.rows.map((row) => [row.ordinal, (JSON.parse(row.shape) as { coordinates: number[][][][] }).coordinates]),
  )
  const faces = await client.query<{ ordinal: number; number: number; x: number; y: number }>(
    'select ordinal, number, ST_X(inside) as x, ST_Y(inside) as y from faces',
  )
  const kept = faces.rows.filter((face) => isWoundRound(polygons.get(face.ordinal)!, [face.x, face.y]))
  await client.query(
    `update staged s set ground = u.geom
     from (select f.ordinal, ST_UnaryUnion(ST_Collect(f.geom)) as geom
           from faces f join unnest($1::int[], $2::int[]) as k (ordinal, number) using (ordinal, number) group by 1) u
     where s.ordinal = u.ordinal`,
    [kept.map((face) => face.ordinal), kept.map((face) => face.number)],
  )
  await client.query('drop table faces')
}
