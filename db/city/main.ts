import { parseArgs } from 'node:util'
import { readConfig } from '../../src/kernel/config.ts'
import { rebuildStalePyramids } from '#tiles/rebuild.ts'
import { withDatabase } from '../connect.ts'
import { takeTurn } from '../locks.ts'
import { bringUpToDate } from '../migrate.ts'
import { buildCity } from './build-city.ts'
import { removeSyntheticCity } from './remove-city.ts'

// npm run city -- --parcels 20000 --seed 1 [--replace]
try {
  await makeCity(readOptions())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

function readOptions(): { parcels: number; seed: number; replace: boolean } {
  const { values } = parseArgs({
    options: {
      parcels: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      replace: { type: 'boolean', default: false },
    },
  })
  const [parcels, seed] = [Number(values.parcels), Number(values.seed)]
  if (!Number.isInteger(parcels) || parcels < 100 || parcels > 5_000_000)
    throw new Error('--parcels is a whole number from 100 to 5,000,000')
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) throw new Error('--seed is a whole number from 0 to 2,147,483,647')
  return { parcels, seed, replace: values.replace }
}

async function makeCity({ parcels, seed, replace }: { parcels: number; seed: number; replace: boolean }): Promise<void> {
  await withDatabase(readConfig(process.env), async ({ pool, ownerPool }) => {
    if (!ownerPool) throw new Error('The city is made as the owner of the schema: set DATABASE_OWNER_URL as well.')
    await bringUpToDate({ pool, ownerPool })
    const startedAt = Date.now()
    const counts = await takeTurn(ownerPool, 'fillLand', async () => {
      if (replace) await removeSyntheticCity(ownerPool)
      return buildCity(ownerPool, { parcels, seed, onProgress: createProgress() })
    })
    if (process.stderr.isTTY) process.stderr.write('\n')
    await rebuildStalePyramids(ownerPool) // what low zooms show
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    const made = `${counts.parcels} parcels, ${counts.buildings} buildings, ${counts.blocks} blocks, ${counts.streets} streets`
    process.stdout.write(`زرین‌شهر (نمونه), seed ${seed}: ${made} in ${seconds} s\n`)
  })
}

/** A bar that redraws itself on a terminal; one line every tenth elsewhere. */
function createProgress(): (done: { parcels: number; of: number }) => void {
  let lastTenth = -1
  return ({ parcels: made, of }) => {
    const share = Math.min(1, made / of)
    const percent = `${Math.round(share * 100)} %  ${made} parcels`
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${'█'.repeat(Math.round(share * 30)).padEnd(30, '░')} ${percent} `)
    } else if (Math.floor(share * 10) > lastTenth) {
      lastTenth = Math.floor(share * 10)
      process.stderr.write(`${percent}\n`)
    }
  }
}
