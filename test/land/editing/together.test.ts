import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDb, openPool } from '#db/connect.ts'
import { changeParcel } from '#src/land/editing/change-parcel.ts'
import { chooseCells } from '#src/land/editing/choose-cells.ts'
import { splitParcel } from '#src/land/editing/split-parcel.ts'
import { MUNICIPALITY_LOCKS } from '#src/land/editing/lock-ground.ts'
import { readChange } from '#src/land/editing/read-edit.ts'
import { importFile } from '#src/land/intake/import-file.ts'
import { createTestDatabase } from '../../database.ts'
import { importOptions } from '../intake/import-options.ts'
import { openPlots, rectangle, type Plot } from './lay-plots.ts'

// Two officers at once, on connections of their own.

let town: Awaited<ReturnType<typeof openPlots>>
let others: ReturnType<typeof openOthers>
const act = { actor: 'test', now: new Date() }
beforeAll(async () => {
  const pairs = Array.from({ length: 8 }, (_, i): Plot[] => [
    { code: `L${i}`, rings: [rectangle(100, 20 + 100 * i, 110, 60 + 100 * i)] },
    { code: `R${i}`, rings: [rectangle(120, 20 + 100 * i, 130, 60 + 100 * i)] },
  ])
  town = await openPlots(await createTestDatabase(), [
    ...pairs.flat(),
    { code: 'ONE', rings: [rectangle(300, 300, 340, 330)] },
    { code: '1-1-1-1-0-0-0', rings: [rectangle(300, 100, 340, 130)] },
    { code: '1-1-1-2-0-0-0', rings: [rectangle(900, 900, 940, 930)] },
  ])
  others = openOthers(town.database.url)
})
afterAll(async () => {
  await others.pool.end()
  await town.close()
})

function openOthers(url: string) {
  const pool = openPool(url, { size: 8 })
  return { pool, db: createDb(pool) }
}

async function idOf(code: string): Promise<number> {
  return (await town.ownerPool.query('select parcel_id from land.parcels where code = $1', [code])).rows[0].parcel_id as number
}

describe('two edits at once', () => {
  test('cannot make an overlap that neither sees: the second waits for the first, and is refused', async () => {
    const [left, right] = [await idOf('L0'), await idOf('R0')]
    const toTheMiddle = [
      readChange({ geometry: await town.polygon(rectangle(100, 20, 116, 60)) }),
      readChange({ geometry: await town.polygon(rectangle(114, 20, 130, 60)) }),
    ] as const
    // Somebody holds the ground until both are at the door.
    const holder = await others.pool.connect()
    await holder.query('begin')
    for (const cell of chooseCells([[500_000, 3_580_000, 500_500, 3_580_500]])!) {
      await holder.query('select pg_advisory_xact_lock($1::int, $2::int)', [0x4c00_0000 + town.municipalityId, cell])
    }
    const edits = [changeParcel(town.database.db, act, left, toTheMiddle[0]), changeParcel(others.db, act, right, toTheMiddle[1])]
    await expect.poll(countWaiting).toBe(2)
    await holder.query('commit')
    holder.release()
    const results = await Promise.allSettled(edits)
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = results.find((result) => result.status === 'rejected')
    expect(refused!.reason).toMatchObject({ code: 'conflict', reasons: [{ at: expect.stringMatching(/^[LR]0$/) }] })
    expect(await countOverlaps()).toBe(0)
  })

  test('without the locks the rule of the database alone would let both through', async () => {
    // What the locks are for: each transaction commits without seeing the other.
    const [one, two] = [await others.pool.connect(), await others.pool.connect()]
    const widen = `update land.parcels set geom = ST_Multi(ST_MakeEnvelope($2::float8, 3580120, $3::float8, 3580160, 32639)) where code = $1`
    try {
      await one.query('begin')
      await two.query('begin')
      await one.query(widen, ['L1', 500_100, 500_116])
      await two.query(widen, ['R1', 500_114, 500_130])
      // Each is asked in its turn and sees nothing of the other: should this ever fail, the locks may go.
      await expect(one.query('set constraints all immediate')).resolves.toBeDefined()
      await expect(two.query('set constraints all immediate')).resolves.toBeDefined()
    } finally {
      await one.query('rollback')
      await two.query('rollback')
      one.release()
      two.release()
    }
  })

  test('many at once: no overlap, no deadlock, and everybody is answered', async () => {
    const edits = Array.from({ length: 48 }, async (_, i) => {
      const pair = 2 + (i % 6)
      const isLeft = i % 2 === 0
      const reach = 112 + (i % 5) * 2
      const outline = isLeft
        ? rectangle(100, 20 + 100 * pair, reach, 60 + 100 * pair)
        : rectangle(reach - 2, 20 + 100 * pair, 130, 60 + 100 * pair)
      const change = readChange({ geometry: await town.polygon(outline) })
      return changeParcel(i % 3 === 0 ? town.database.db : others.db, act, await idOf(`${isLeft ? 'L' : 'R'}${pair}`), change)
    })
    const results = await Promise.allSettled(edits)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' })
    expect(results.filter((result) => result.status === 'fulfilled').length).toBeGreaterThan(6)
    expect(await countOverlaps()).toBe(0)
  })

  test('two splits of one block never give the same code', async () => {
    const [near, far] = [await idOf('1-1-1-1-0-0-0'), await idOf('1-1-1-2-0-0-0')]
    const lines = [await town.line([320, 90], [320, 140]), await town.line([920, 890], [920, 940])] as const
    const notes = await Promise.all([
      splitParcel(town.database.db, act, near, lines[0]),
      splitParcel(others.db, act, far, lines[1]),
    ])
    expect(new Set(notes.flatMap((note) => note.ids)).size).toBe(4)
    const { rows } = await town.ownerPool.query(`select code from land.parcels where code like '1-1-1-%' order by code`)
    expect(rows.map((row) => row.code)).toEqual([1, 2, 3, 4, 5, 6].map((house) => `1-1-1-${house}-0-0-0`))
  })

  test('of one parcel: one is done, the other finds it changed or retired', async () => {
    const id = await idOf('ONE')
    const line = await town.line([310, 290], [310, 340])
    const results = await Promise.allSettled([
      splitParcel(town.database.db, act, id, line),
      splitParcel(others.db, act, id, line),
    ])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find((result) => result.status === 'rejected')!.reason).toMatchObject({ code: 'conflict' })
  })

  test('an import waits for edits under way, and edits of outlines for an import', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'barzan-together-'))
    const file = join(folder, 'more.geojson')
    const outline = await town.polygon(rectangle(700, 700, 720, 720))
    await writeFile(
      file,
      JSON.stringify({
        type: 'FeatureCollection',
        features: [{ type: 'Feature', properties: { code: '1-9-9-1-0-0-0' }, geometry: outline }],
      }),
    )
    const editor = await others.pool.connect()
    try {
      await editor.query('begin')
      await editor.query('select pg_advisory_xact_lock_shared($1::int, $2::int)', [MUNICIPALITY_LOCKS, town.municipalityId])
      const importing = importFile(town.ownerPool, importOptions(file, { municipality: null, map: { code: 'code' } }))
      await expect.poll(countWaiting).toBe(1)
      // The import stands in line for the whole of it: a later edit stands behind it.
      const change = readChange({ geometry: await town.polygon(rectangle(121, 720, 130, 760)) })
      const later = changeParcel(town.database.db, act, await idOf('R7'), change).catch((error: unknown) => error)
      await expect.poll(countWaiting).toBe(2)
      await editor.query('commit')
      expect(await importing).toMatchObject({ outcome: 'applied', added: 1 })
      expect(await later).toMatchObject({ ids: [await idOf('R7')] })
    } finally {
      editor.release(true)
      await rm(folder, { recursive: true })
    }
  })

  test('who waits too long is told to come again, and nothing is done', async () => {
    const id = await idOf('L2')
    const before = await town.ringsOf('L2')
    const holder = await others.pool.connect()
    await holder.query('begin')
    await holder.query('select from land.parcels where parcel_id = $1 for update', [id])
    try {
      const change = readChange({ landUse: 'COM' })
      await expect(changeParcel(town.database.db, act, id, change)).rejects.toMatchObject({ code: 'busy', status: 503 })
    } finally {
      await holder.query('rollback')
      holder.release()
    }
    expect(await town.ringsOf('L2')).toEqual(before)
  })
})

async function countWaiting(): Promise<number> {
  const { rows } = await town.ownerPool.query(
    `select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted`,
  )
  return rows[0].n as number
}

async function countOverlaps(): Promise<number> {
  const { rows } = await town.ownerPool.query(
    `select count(*)::int as n from land.parcels a join land.parcels b on a.parcel_id < b.parcel_id and a.geom && b.geom
     where a.status = 'current' and b.status = 'current' and ST_Area(ST_Intersection(a.geom, b.geom)) > 0.05`,
  )
  return rows[0].n as number
}
