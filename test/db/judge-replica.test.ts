import { describe, expect, test } from 'vitest'
import { judgeReplica, rememberPrimary, type PrimaryPast } from '#db/judge-replica.ts'
import { formatLsn, readLsn } from '#db/lsn.ts'
import { findWritten } from '#db/reads.ts'
import { blameReplica } from '#db/replica-failure.ts'

describe('positions', () => {
  test.each(['0/0', '16/B374D848', 'FFFFFFFF/FFFFFFFF', '1/0'])('%s is read and written', (text) => {
    expect(formatLsn(readLsn(text)!)).toBe(text)
  })
  test('they are compared as numbers, not as text', () => expect(readLsn('A/0')! < readLsn('10/0')!).toBe(true))
  test.each(['', '0', '/', 'x/0', '123456789/0', '0/0 ', '-1/0', '0/0/0'])('"%s" is none', (text) => {
    expect(readLsn(text)).toBeNull()
  })
})

describe('whether reads may go to a replica', () => {
  const past: PrimaryPast = [
    { lsn: 100n, since: 0 },
    { lsn: 200n, since: 5000 },
    { lsn: 300n, since: 9000 },
  ]
  const primary = { past, system: 'ours' }
  const judge = (said: object, circumstances: object = {}, of: typeof primary | { past: PrimaryPast; system: null } = primary) =>
    judgeReplica({ isInRecovery: true, replayed: 300n, system: 'ours', ...said }, of, {
      now: 10_000,
      mostLagMs: 2000,
      wasLagging: false,
      ...circumstances,
    })

  test('it has everything, however old that is', () => {
    expect(judge({}, { now: 900_000 })).toEqual({ isGood: true, lagMs: 0 })
    expect(judge({ replayed: 301n })).toEqual({ isGood: true, lagMs: 0 })
  })
  test('it lags for as long as the primary has been beyond it', () => {
    expect(judge({ replayed: 299n })).toEqual({ isGood: true, lagMs: 1000 })
    expect(judge({ replayed: 200n })).toEqual({ isGood: true, lagMs: 1000 })
    expect(judge({ replayed: 199n })).toEqual({ isGood: false, lagMs: 5000, why: 'lags' })
    expect(judge({ replayed: 5n })).toEqual({ isGood: false, lagMs: 10_000, why: 'lags' })
  })
  test('one that has lagged comes back when it does so no more, not at the brink', () => {
    expect(judge({ replayed: 299n }, { wasLagging: true, now: 10_500 }).isGood).toBe(false)
    expect(judge({ replayed: 299n }, { wasLagging: true, now: 9900 }).isGood).toBe(true)
  })
  test.each([
    [{ isInRecovery: false }, 'promoted'],
    [{ system: 'another' }, 'another cluster'],
    [{ replayed: null }, 'nothing replayed'],
  ])('%j: no', (said, why) => expect(judge(said)).toMatchObject({ isGood: false, why }))
  test('nothing is known of the primary: no', () => {
    expect(judge({}, {}, { past: [], system: null })).toMatchObject({ isGood: false, why: 'primary not known yet' })
  })
})

describe('where the primary was', () => {
  test('only what is news is kept, and the last of what is old', () => {
    let past: PrimaryPast = []
    for (const [at, lsn] of [[0, 10n], [1, 10n], [2, 20n], [3, 15n], [100, 30n], [150, 40n], [151, 40n]] as const) {
      past = rememberPrimary(past, lsn, at, 60)
    } // prettier-ignore
    expect(past).toEqual([{ lsn: 20n, since: 2 }, { lsn: 30n, since: 100 }, { lsn: 40n, since: 150 }]) // prettier-ignore
  })
  test('an idle primary is not forgotten', () => {
    const past = rememberPrimary(rememberPrimary([], 10n, 0, 60), 20n, 100_000, 60)
    expect(past).toEqual([{ lsn: 10n, since: 0 }, { lsn: 20n, since: 100_000 }]) // prettier-ignore
  })
})

describe('whom to blame for a query that failed', () => {
  test.each([
    ['gone', { code: '57P01' }],
    ['gone', { code: 'ECONNREFUSED' }],
    ['gone', { message: 'Connection terminated unexpectedly' }],
    ['gone', { code: '58P01' }],
    ['gone', { code: '53200' }],
    ['gone', { code: 'XX001' }],
    ['only-this', { code: '40001' }],
    ['only-this', new Error('timeout exceeded when trying to connect')],
    ['only-this', { code: '42P01' }],
    ['answered', { code: '57014' }],
    ['answered', { code: '22012' }],
    ['answered', { code: '25006' }],
    ['answered', null],
    ['answered', new RangeError('too large for a number')],
  ])('%s: %j', (blame, error) => expect(blameReplica(error)).toBe(blame))
})

describe('what a client has written', () => {
  test.each([
    [{}, null],
    [{ 'x-barzan-written': '0/A' }, '0/A'],
    [{ cookie: 'a=b; barzan-written=1-0;c=d' }, '1/0'],
    [{ cookie: 'barzan-written=1-0', 'x-barzan-written': '0/FF' }, '1/0'],
    [{ cookie: 'not-barzan-written=1-0' }, null],
    [{ cookie: 'barzan-written=%00', 'x-barzan-written': 'now' }, null],
    [{ 'x-barzan-written': ['0/1', '0/2'] }, null],
  ])('%j: %s', (headers, position) => expect(findWritten(headers)).toBe(position))
})
