import { sql, Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { fallBackTo } from '#db/fall-back.ts'
import { blameReplica } from '#db/replica-failure.ts'

const GONE = Object.assign(new Error('terminating connection'), { code: '57P01' })

/** A server that answers each text with the rows given, or fails with the error given; and what it was asked. */
function pretend(answers: Record<string, unknown[] | Error>) {
  const asked: string[] = []
  let given = 0
  const client = {
    query(text: string) {
      asked.push(text)
      const answer = answers[text] ?? []
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ command: 'SELECT', rowCount: 1, rows: answer })
    },
    release: () => void given--,
  }
  const pool = { connect: () => (given++, Promise.resolve(client)), options: {} } as unknown as pg.Pool
  return { pool, asked, countGiven: () => given }
}

function open(replica: ReturnType<typeof pretend>, primary: ReturnType<typeof pretend>) {
  const pool = fallBackTo(primary.pool, {
    pool: replica.pool,
    isUp: () => true,
    noteFailure: (error) => blameReplica(error) !== 'answered',
  })
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
}
const ask = (db: Kysely<unknown>, text: string) => sql.raw(text).execute(db).then(({ rows }) => rows) // prettier-ignore

describe('a replica that goes away', () => {
  test('between or during statements: the primary answers', async () => {
    const replica = pretend({ one: GONE })
    const primary = pretend({ one: [1] })
    expect(await ask(open(replica, primary), 'one')).toEqual([1])
    expect([replica.asked, primary.asked]).toEqual([['one'], ['one']])
    expect([replica.countGiven(), primary.countGiven()]).toEqual([0, 0])
  })

  test('in a transaction: what was asked before is asked again, and it goes on where it was', async () => {
    const replica = pretend({ one: [1], two: GONE })
    const primary = pretend({ one: [1], two: [2], three: [3] })
    const rows = await open(replica, primary).transaction().execute(async (tx) => [await ask(tx, 'one'), await ask(tx, 'two'), await ask(tx, 'three')]) // prettier-ignore
    expect(rows).toEqual([[1], [2], [3]])
    expect(primary.asked).toEqual(['begin', 'one', 'two', 'three', 'commit'])
    expect([replica.countGiven(), primary.countGiven()]).toEqual([0, 0])
  })

  test('and the primary has changed since: the two are not mixed', async () => {
    const replica = pretend({ one: [1], two: GONE })
    const primary = pretend({ one: [10], two: [2] })
    const reading = open(replica, primary).transaction().execute(async (tx) => [await ask(tx, 'one'), await ask(tx, 'two')]) // prettier-ignore
    await expect(reading).rejects.toThrow('Connection terminated')
    expect([replica.countGiven(), primary.countGiven()]).toEqual([0, 0])
  })

  test('and so has the primary: the failure is told', async () => {
    const replica = pretend({ one: GONE })
    const primary = pretend({ one: GONE })
    await expect(ask(open(replica, primary), 'one')).rejects.toMatchObject({ code: '57P01' })
    expect(primary.asked).toEqual(['one'])
    expect([replica.countGiven(), primary.countGiven()]).toEqual([0, 0])
  })
})

test('what the primary would say, too, is not asked of it', async () => {
  const replica = pretend({ one: Object.assign(new Error('division by zero'), { code: '22012' }) })
  const primary = pretend({})
  await expect(ask(open(replica, primary), 'one')).rejects.toMatchObject({ code: '22012' })
  expect(primary.asked).toEqual([])
})
