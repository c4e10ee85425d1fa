import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openMunicipality } from '#src/land/places/municipality.ts'
import { createTestDatabase, type TestDatabase } from '../../database.ts'
import { layGrid } from '../lay-grid.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await layGrid(database.ownerPool, 100)
})
afterEach(() => vi.useRealTimers())
afterAll(() => database.drop())

test('the profile is remembered; an old one is given at once while a new one is read', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const findMunicipality = openMunicipality()
  const countParcels = async () => (await findMunicipality(database.db))!.counts.parcels
  const before = await countParcels()
  await database.ownerPool.query(`update land.parcels set status = 'retired', valid_to = current_date where parcel_id % 2 = 0`)
  expect(await countParcels()).toBe(before)
  vi.setSystemTime(Date.now() + 11_000)
  expect(await countParcels()).toBe(before)
  await expect.poll(countParcels).toBeLessThan(before)
})
