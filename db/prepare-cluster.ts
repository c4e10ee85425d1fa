import pg from 'pg'
import { APP, OWNER, socketUrl, SUPERUSER, type ClusterPlace } from './postgres-process.ts'

/** What the migrations need and only a superuser may create. */
const EXTENSIONS = ['postgis', 'pg_trgm', 'btree_gist']

/**
 * Roles, a database and its extensions in a cluster of ours. Safe to repeat: it finishes what an interrupted run began.
 * The owner is no superuser and the application owns nothing; nobody else may connect.
 */
export async function prepareCluster(place: ClusterPlace, database: string): Promise<void> {
  await asSuperuser(place, 'postgres', async (client) => {
    const roles = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [[OWNER, APP]])
    const existing = new Set(roles.rows.map((r) => r.rolname))
    if (!existing.has(OWNER)) await client.query(`create role ${OWNER} login createdb`)
    if (!existing.has(APP)) await client.query(`create role ${APP} login`)
    const found = await client.query('select from pg_database where datname = $1', [database])
    if (found.rowCount === 0) await client.query(`create database ${database} owner ${OWNER}`)
    await client.query(`revoke all on database ${database} from public; grant connect on database ${database} to ${APP}`)
  })
  await asSuperuser(place, database, async (client) => {
    for (const extension of EXTENSIONS) await client.query(`create extension if not exists ${extension}`)
  })
}

async function asSuperuser(place: ClusterPlace, database: string, run: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: socketUrl(place, SUPERUSER, database) })
  await client.connect()
  try {
    await run(client)
  } finally {
    await client.end()
  }
}
