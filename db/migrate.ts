import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { LOCKS } from './locks.ts'
import { requireDirect } from './require-direct.ts'

/** One migration file: its name, its text, and the hash by which a later edit is noticed. */
export interface Migration {
  name: string
  sql: string
  sha256: string
}

export const MIGRATIONS = join(dirname(fileURLToPath(import.meta.url)), 'migrations')

/**
 * Bring the schema up to date, forward only: every file not applied yet, in order, each in one transaction.
 * Safe from several processes at once: one works, the others wait and find nothing left to do.
 * @returns the names of the files applied now
 * @throws Error with a sentence when a landed file was edited, a file fails, or the server lacks what we need
 */
export async function migrate(ownerPool: pg.Pool, folder = MIGRATIONS): Promise<string[]> {
  const migrations = readMigrations(folder)
  const client = await ownerPool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCKS.migrate])
    await prepare(client)
    const pending = findPending(migrations, await readApplied(client))
    for (const migration of pending) await apply(client, migration)
    return pending.map((m) => m.name)
  } finally {
    // Ends the session, and with it the lock, whatever state the connection is in.
    client.release(true)
  }
}

/**
 * Check, changing nothing, that the schema is what this version needs.
 * @throws Error saying which files are missing and what to run
 */
export async function checkSchema(pool: pg.Pool, folder = MIGRATIONS): Promise<void> {
  const known = await pool.query(`select to_regclass('public.schema_migrations') is not null as is_there`)
  const applied = known.rows[0]?.is_there ? await readApplied(pool) : new Map<string, string>()
  const pending = findPending(readMigrations(folder), applied)
  if (pending.length === 0) return
  throw new Error(
    `The database is ${pending.length} migration(s) behind: ${pending.map((m) => m.name).join(', ')}. ` +
      'Run: DATABASE_OWNER_URL=postgres://… npm run migrate (as the role that owns the schema), then start again.',
  )
}

/**
 * What to do with the schema at start: migrate when there is an owner to do it as, otherwise only check; then see that the
 * application's role has the rights the migrations grant.
 */
export async function bringUpToDate(database: { pool: pg.Pool; ownerPool: pg.Pool | null }): Promise<string[]> {
  const { pool, ownerPool } = database
  if (ownerPool) await requireDirect(ownerPool, 'DATABASE_OWNER_URL')
  // A pool that has been told of a pooler sends no settings at its start.
  if (pool.options.options !== undefined) await requireDirect(pool, 'DATABASE_URL')
  const applied = ownerPool ? await migrate(ownerPool) : []
  if (!ownerPool) await checkSchema(pool)
  await requireAppRights(pool, ownerPool)
  return applied
}

/** The files in `folder`, in order. @throws Error when a name is not NNNN-words.sql or a number repeats */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  names.forEach((name, i) => {
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(name)) throw new Error(`migration "${name}" is not named NNNN-verb-noun.sql`)
    if (name.slice(0, 4) === names[i - 1]?.slice(0, 4)) throw new Error(`two migrations have the number ${name.slice(0, 4)}`)
  })
  return names.map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8')
    return { name: name.replace(/\.sql$/, ''), sql, sha256: createHash('sha256').update(sql).digest('hex') }
  })
}

/**
 * Which migrations are still to apply. Pure.
 * @throws Error when an applied one was edited since
 */
export function findPending(migrations: Migration[], applied: Map<string, string>): Migration[] {
  for (const { name, sha256 } of migrations) {
    const landed = applied.get(name)
    if (landed !== undefined && landed !== sha256) {
      throw new Error(
        `Migration ${name} was edited after it was applied to this database. Migrations only go forward: put the change into a new file.`,
      )
    }
  }
  return migrations.filter((m) => !applied.has(m.name))
}

async function readApplied(from: pg.Pool | pg.ClientBase): Promise<Map<string, string>> {
  const { rows } = await from.query<{ name: string; sha256: string }>('select name, sha256 from public.schema_migrations')
  return new Map(rows.map((r) => [r.name, r.sha256]))
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into public.schema_migrations (name, sha256) values ($1, $2)', [migration.name, migration.sha256])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`Migration ${migration.name} failed and was rolled back: ${(cause as Error).message}`, { cause })
  }
}

/** Everything a migration presumes: extensions, the application's role, and the list of what was applied. */
async function prepare(client: pg.ClientBase): Promise<void> {
  await requireExtensions(client)
  const { rows } = await client.query(`select exists (select from pg_roles where rolname = 'barzan_app') as is_there`)
  if (!rows[0]?.is_there) {
    await client.query('create role barzan_app nologin').catch((cause: unknown) => {
      throw new Error(
        'The role barzan_app is missing and may not be created from here. As a superuser run: create role barzan_app nologin',
        { cause },
      )
    })
  }
  await client.query(`create table if not exists public.schema_migrations
    (name text primary key, sha256 text not null, applied_at timestamptz not null default now());
    grant select on public.schema_migrations to barzan_app`)
}

async function requireExtensions(client: pg.ClientBase): Promise<void> {
  for (const name of ['postgis', 'pg_trgm', 'btree_gist']) {
    const { rows } = await client.query<{ default_version: string; installed_version: string | null }>(
      'select default_version, installed_version from pg_available_extensions where name = $1',
      [name],
    )
    const extension = rows[0]
    if (!extension) {
      const packages =
        name === 'postgis' ? 'PostGIS 3.3 or newer (Debian: postgresql-15-postgis-3)' : 'the contrib modules of PostgreSQL'
      throw new Error(`The server does not have the extension ${name}. Install ${packages} on the machine of the database.`)
    }
    const version = extension.installed_version ?? extension.default_version
    if (name === 'postgis' && !/^(3\.([3-9]|\d\d)|[4-9]|\d\d)/.test(version)) {
      throw new Error(`PostGIS ${version} is too old: Barzan needs 3.3 or newer.`)
    }
    if (extension.installed_version) continue
    await client.query(`create extension if not exists ${name}`).catch((cause: unknown) => {
      throw new Error(
        `The extension ${name} may not be created from here. As a superuser run in this database: create extension ${name}`,
        { cause },
      )
    })
  }
}

/** The user of DATABASE_URL has its rights through barzan_app: it is that role, or a member of it. */
async function requireAppRights(pool: pg.Pool, ownerPool: pg.Pool | null): Promise<void> {
  const { rows } = await pool.query<{ user: string; is_member: boolean }>(
    `select current_user as user, pg_has_role(current_user, 'barzan_app', 'usage') as is_member`,
  )
  const user = rows[0]?.user ?? ''
  if (rows[0]?.is_member) return
  const grant = `grant barzan_app to "${user.replaceAll('"', '""')}"`
  if (!ownerPool) throw new Error(`The database user ${user} has no rights yet. As a superuser run: ${grant}`)
  await ownerPool.query(grant).catch((cause: unknown) => {
    throw new Error(
      `The database user ${user} has no rights yet, and the owner may not give them. As a superuser run: ${grant}`,
      { cause },
    )
  })
}
