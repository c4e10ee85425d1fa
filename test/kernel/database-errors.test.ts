import { expect, test } from 'vitest'
import { isDatabaseGone, isDatabaseTimeout } from '#src/kernel/database-errors.ts'

test.each([
  [{ code: 'ECONNREFUSED' }, true],
  [{ code: '57P01', message: 'terminating connection due to administrator command' }, true],
  [{ code: '28P01' }, true],
  [{ code: 'ENOENT', syscall: 'connect' }, true],
  [{ message: 'Connection terminated unexpectedly' }, true],
  [{ code: 'ENOENT', syscall: 'open' }, false],
  [{ code: '42P01', message: 'relation does not exist' }, false],
  [{ code: '57014' }, false],
  [new Error('something else'), false],
  [null, false],
])('%o: gone is %s', (error, isGone) => expect(isDatabaseGone(error)).toBe(isGone))

test('a statement or a lock that took too long', () => {
  expect([{ code: '57014' }, { code: '55P03' }, { code: '42P01' }].map(isDatabaseTimeout)).toEqual([true, true, false])
})
