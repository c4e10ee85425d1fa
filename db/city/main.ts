import { parseArgs } from 'node:util'
import { readConfig } from '../../src/kernel/config.ts'
import { withDatabase } from '../connect.ts'
import { bringUpToDate } from '../migrate.ts'
import { buildCity } from './build-city.ts'
import { removeSyntheticCity } from './remove-city.ts'

// npm run city -- --parcels 20000 --seed 1 [--replace]
const { values } = parseArgs({
  options: {
    parcels: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    replace: { type: 'boolean', default: false },
  },
})
const parcels = Number(values.parcels)
const seed = Number(values.seed)
try {
  if (!Number.isInteger(parcels) || parcels < 100 || parcels > 5_000_000)
    throw new Error('--parcels is a whole number from 100 to 5,000,000')
  if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 31 - 1)
    throw new Error('--seed is a whole number from 0 to 2,147,483,647')
  await withDatabase(readConfig(process.env), async ({ pool, ownerPool }) => {
    if (!ownerPool) throw new Error('The city is made as the owner of the schema: set DATABASE_OWNER_URL as well.')
    await bringUpToDate({ pool, ownerPool })
    if (values.replace) await removeSyntheticCity(ownerPool)
    const startedAt = Date.now()
    const counts = await buildCity(ownerPool, { parcels, seed, onProgress: drawProgress })
    process.stderr.write('\n')
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    console.log(
      `زرین‌شهر (نمونه): ${counts.parcels} parcels, ${counts.buildings} buildings, ${counts.blocks} blocks, ${counts.streets} streets in ${seconds} s`,
    )
  })
} catch (error) {
  process.stderr.write(`\n${(error as Error).message}\n`)
  process.exitCode = 1
}

function drawProgress({ parcels: made, of }: { parcels: number; of: number }): void {
  const share = Math.min(1, made / of)
  const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
  process.stderr.write(process.stderr.isTTY ? `\r${bar} ${Math.round(share * 100)} %  ${made} parcels` : '')
}
