import type { LineString, Polygon, Position } from 'geojson'
import type pg from 'pg'
import { readConfig } from '#src/kernel/config.ts'
import { openTestApp, type Answer } from '../../http/open-app.ts'
import type { TestDatabase } from '../../database.ts'

/** South-west corner of the plots, metres of EPSG:32639. */
const [EAST, NORTH] = [500_000, 3_580_000]

/** A parcel of a test: rings in metres from the corner of the ground. */
export interface Plot {
  code: string
  rings: Position[][]
  block?: number
  landUse?: string | null
  density?: number | null
}

export function rectangle(west: number, south: number, east: number, north: number): Position[] {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]] // prettier-ignore
}

/** A town of given plots, 1 × 1 km, in an empty database, with the application on it, whose administrator asks. */
export async function openPlots(database: TestDatabase, plots: readonly Plot[]) {
  const { ownerPool } = database
  const { rows } = await ownerPool.query(
    `insert into land.municipalities (slug, name_fa, name_en, srid, boundary, is_synthetic)
     values ('plots', 'شهر', 'Town', 32639, ST_Multi(ST_MakeEnvelope($1::float8, $2::float8, $1::float8 + 1000, $2::float8 + 1000, 32639)), true) returning municipality_id`,
    [EAST, NORTH],
  )
  const municipalityId = rows[0].municipality_id as number
  await ownerPool.query(
    `insert into land.land_uses (code, ordinal, name_fa, name_en, definition_fa, source, valid_from)
     values ('RES', 1, 'مسکونی', 'Residential', '-', 'test', '2010-05-31'), ('COM', 5, 'تجاری', 'Commercial', '-', 'test', '2010-05-31')`,
  )
  const blocks = await ownerPool.query(
    `insert into land.blocks (municipality_id, number, geom)
     select $1, n, ST_Multi(ST_MakeEnvelope($2::float8, $3::float8, $2::float8 + 500, $3::float8 + 500, 32639)) from generate_series(1, 2) n returning block_id`,
    [municipalityId, EAST, NORTH],
  )
  for (const { code, rings, block = 1, landUse = 'RES', density = null } of plots) {
    await ownerPool.query(
      `insert into land.parcels (municipality_id, code, block_id, land_use, residential_density, postal_code, house_number, address, geom)
       values ($1, $2, $3, $4, $5, '8471100001', '7', 'خیابان بلخ، پلاک ۷', ST_Multi(ST_GeomFromText($6, 32639)))`,
      [municipalityId, code, blocks.rows[block - 1].block_id, landUse, density, wkt(rings)],
    )
  }
  const config = readConfig({ DATABASE_URL: database.url, BARZAN_LOG: 'silent', BARZAN_ADMIN_TOKEN: 'open' })
  const { app, ask } = await openTestApp(database, { config })
  const headers = { authorization: 'Bearer open' }
  return {
    app,
    ask,
    database,
    ownerPool,
    municipalityId,
    patch: (code: string, body: unknown, more: Record<string, string> = {}): Promise<Answer> =>
      ask(`/api/parcels/${encodeURIComponent(code)}`, body, { method: 'PATCH', headers: { ...headers, ...more } }),
    split: (parcel: string, line: LineString): Promise<Answer> => ask('/api/parcels/split', { parcel, line }, { headers }),
    merge: (parcels: string[], landUse?: string | null): Promise<Answer> =>
      ask('/api/parcels/merge', { parcels, ...(landUse !== undefined && { landUse }) }, { headers }),
    polygon: (...rings: Position[][]) => toLonLat<Polygon>(ownerPool, `POLYGON(${rings.map(ringText).join(',')})`),
    line: (...positions: Position[]) => toLonLat<LineString>(ownerPool, `LINESTRING${ringText(positions)}`),
    /** Rings of a parcel as they are recorded, metres from the corner, to the tenth of a millimetre. */
    async ringsOf(code: string): Promise<Position[][][]> {
      const found = await ownerPool.query(
        `select ST_AsGeoJSON(ST_Translate(geom, $2, $3), 4, 0) as shape from land.parcels where code = $1`,
        [code, -EAST, -NORTH],
      )
      return (JSON.parse(found.rows[0].shape as string) as { coordinates: Position[][][] }).coordinates
    },
    async close() {
      await app.close()
      await database.drop()
    },
  }
}

/** As the API gives coordinates: lon/lat to the seventh decimal, about a centimetre. */
async function toLonLat<T>(pool: pg.Pool, text: string): Promise<T> {
  const { rows } = await pool.query(`select ST_AsGeoJSON(ST_Transform(ST_GeomFromText($1, 32639), 4326), 7) as shape`, [text])
  return JSON.parse(rows[0].shape as string) as T
}

function wkt(rings: Position[][]): string {
  return `POLYGON(${rings.map(ringText).join(',')})`
}

function ringText(ring: readonly Position[]): string {
  return `(${ring.map(([x, y]) => `${EAST + x!} ${NORTH + y!}`).join(',')})`
}
