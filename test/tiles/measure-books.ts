import type pg from 'pg'

/** What the books say of a use at a zoom, and what the tables say. */
export interface BookedUse {
  zoom: number
  use: string
  /** of the books, hundredths */
  held: number
  owed: number
  /** of the tables, hundredths */
  real: number
  drawn: number
}

/** Hold the books of the whole against the tables of what lies there and what is drawn (zooms 8 to 12). */
export async function measureBooks(pool: pg.Pool): Promise<BookedUse[]> {
  const { rows } = await pool.query<BookedUse>(`
    with zooms as (select zoom, level, steps from tiles.mosaics union all select 12, null, null),
    real as (select zoom, use_key, sum(area) as area from zooms, tiles.ground_portions group by 1, 2),
    drawn as (
      select 12 as zoom, use_key, sum(area) as area from tiles.grounds group by 2
      union all
      select zoom, use_key, sum(round(100 * (side::float8 / steps * 40075016.685578488 / 2 ^ level / 256) ^ 2))
      from tiles.cells join tiles.mosaics using (zoom) group by 1, 2)
    select b.zoom, b.use_key as use, b.held::float8, b.owed::float8, coalesce(r.area, 0)::float8 as real, coalesce(d.area, 0)::float8 as drawn
    from tiles.balances b left join real r using (zoom, use_key) left join drawn d using (zoom, use_key)
    where b.patch = -1 and b.zoom <= 12 order by 1, 2`)
  return rows
}

/** Tables that do not depend on the way to the present state, as text: what lies on each piece of ground, and its dissolved uses. */
export async function readSettled(pool: pg.Pool): Promise<{ portions: string[]; uses: string[]; outlines: string[] }> {
  const read = async (sql: string) => (await pool.query<{ line: string }>(sql)).rows.map((row) => row.line)
  return {
    portions: await read(
      `select concat_ws(' ', ground_key, place, use_key, area) as line from tiles.ground_portions order by ground_key, place, use_key`,
    ),
    uses: await read(
      `select concat_ws(' ', ground_key, coalesce(land_use, '-'), parcel_count, round(area_m2::numeric, 3), md5(ST_AsEWKB(geom_3857)), case when ground_key < 0 then density end) as line
       from tiles.block_uses order by 1`,
    ),
    outlines: await read(
      `select concat_ws(' ', ground_key, patch, area, md5(ST_AsEWKB(outline))) as line from tiles.grounds order by 1`,
    ),
  }
}
