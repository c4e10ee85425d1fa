import type pg from 'pg'
import type { Random } from '#db/city/random.ts'

/** One way to change the land; answers whether it found something to change. */
type Edit = (client: pg.PoolClient, random: Random, next: number) => Promise<boolean>

const COLUMNS = 'municipality_id, block_id, neighbourhood_id, land_use, residential_density'
const RETIRE = `status = 'retired', valid_to = current_date`

/** A use it had not: its code and, for dwellings, a density. */
const changeUse: Edit = async (client, random) => {
  const use = random.pick(['RES', 'RES', 'COM', 'GRN', 'EDU', 'IND', null])
  const density = use === 'RES' ? random.whole(1, 3) : null
  return await touch(client, random, 'set land_use = $2, residential_density = $3', [use, density])
}

const shrink: Edit = (client, random) =>
  touch(client, random, 'set geom = ST_Multi(ST_Buffer(geom, -$2::float8))', [random.between(0.1, 0.8)], 'and ST_Area(geom) > 60')

const retire: Edit = (client, random) => touch(client, random, `set ${RETIRE}`, [])

const leaveBlock: Edit = (client, random) => touch(client, random, 'set block_id = null', [], 'and block_id is not null')

const changeBlock: Edit = (client, random) =>
  touch(client, random, 'set block_id = (select block_id from land.blocks order by block_id offset $2 limit 1)', [
    random.whole(0, 20),
  ])

/** Changes no map: nothing is to be marked. */
const changeAddress: Edit = (client, random) => touch(client, random, 'set address = $2', [`نشانی ${random.whole(1, 99)}`])

const split: Edit = async (client, random, next) => {
  const id = await pickParcel(client, random, 'and ST_Area(geom) > 60')
  const { rows } = await client.query<{ half: string }>(
    `select ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_Intersection(geom, side), 3)))::text as half
     from land.parcels, unnest(array[
       ST_MakeEnvelope(ST_XMin(geom), ST_YMin(geom), ST_X(ST_Centroid(geom)), ST_YMax(geom), ST_SRID(geom)),
       ST_MakeEnvelope(ST_X(ST_Centroid(geom)), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), ST_SRID(geom))]) side
     where parcel_id = $1`,
    [id],
  )
  await client.query(`update land.parcels set ${RETIRE} where parcel_id = $1`, [id])
  for (const [index, { half }] of rows.entries()) await addLike(client, id, `${next}-${index}`, half)
  return true
}

const merge: Edit = async (client, random, next) => {
  const id = await pickParcel(client, random)
  const { rows } = await client.query<{ parcel_id: number; whole: string }>(
    `select o.parcel_id, ST_AsEWKB(ST_Multi(ST_Union(o.geom, p.geom)))::text as whole
     from land.parcels p join land.parcels o on o.block_id = p.block_id and o.parcel_id <> p.parcel_id and o.status = 'current'
       and ST_Intersects(o.geom, p.geom)
     where p.parcel_id = $1 order by 1 limit 1`,
    [id],
  )
  const other = rows[0]
  if (!other) return false
  await client.query(`update land.parcels set ${RETIRE} where parcel_id in ($1, $2)`, [id, other.parcel_id])
  await addLike(client, id, String(next), other.whole)
  return true
}

/** New ground beyond the city, of no block; some of it larger than a cell of any mosaic. */
const addBeyond: Edit = async (client, random, next) => {
  const side = random.chance(0.2) ? random.between(60, 150) : random.between(10, 40)
  await client.query(
    `insert into land.parcels (municipality_id, code, land_use, geom)
     select municipality_id, $1, $2, ST_Multi(ST_MakeEnvelope(east + $3, north + $4, east + $3 + $5, north + $4 + $5, srid))
     from (select municipality_id, srid, ST_XMax(boundary) + 500 as east, ST_YMax(boundary) as north from land.municipalities) m`,
    [`beyond-${next}`, random.pick(['GRN', 'COM', null]), (next % 40) * 160, (Math.floor(next / 40) % 40) * 160, side],
  )
  return true
}

const EDITS: readonly (readonly [weight: number, edit: Edit])[] = [
  [6, changeUse],
  [2, shrink],
  [1, retire],
  [1, leaveBlock],
  [1, changeBlock],
  [1, changeAddress],
  [2, split],
  [2, merge],
  [1, addBeyond],
]

/** Change the land in one of many ways, in one transaction. `next` is a number not used before. */
export async function editAtRandom(pool: pg.Pool, random: Random, next: number): Promise<void> {
  const edits = EDITS.flatMap(([weight, edit]) => Array<Edit>(weight).fill(edit))
  const client = await pool.connect()
  try {
    for (;;) {
      await client.query('begin')
      const isDone = await random.pick(edits)(client, random, next)
      await client.query('commit')
      if (isDone) return
    }
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

async function touch(client: pg.PoolClient, random: Random, set: string, values: unknown[], where = ''): Promise<boolean> {
  const id = await pickParcel(client, random, where)
  await client.query(`update land.parcels ${set} where parcel_id = $1`, [id, ...values])
  return true
}

async function pickParcel(client: pg.PoolClient, random: Random, where = ''): Promise<number> {
  const { rows } = await client.query<{ parcel_id: number }>(
    `select parcel_id from land.parcels where status = 'current' ${where} order by parcel_id`,
  )
  return random.pick(rows).parcel_id
}

async function addLike(client: pg.PoolClient, id: number, code: string, ewkb: string): Promise<void> {
  await client.query(
    `insert into land.parcels (code, ${COLUMNS}, geom) select $2, ${COLUMNS}, $3::geometry from land.parcels where parcel_id = $1`,
    [id, `new-${code}`, ewkb.replace(/^\\x/, '')],
  )
}
