import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OWNER, socketUrl } from './postgres-process.ts'
import { startScratchCluster } from './scratch-cluster.ts'

const TYPES = join(dirname(fileURLToPath(import.meta.url)), 'types.ts')

/**
 * Write db/types.ts from a migrated database, or only verify that it is what would be written.
 * The mapping says what openPool() of connect.ts gives: bigint as number, date as text, geometry as the text PostgreSQL sends.
 * @throws Error when verifying finds a difference
 */
export function generateTypes(url: string, verify: boolean): void {
  const cli = fileURLToPath(new URL('../node_modules/kysely-codegen/dist/cli/bin.js', import.meta.url))
  const options = [
    '--dialect=postgres',
    '--date-parser=string',
    '--include-pattern={kernel,land,tiles}.*',
    '--type-mapping={"int8":"number","geometry":"string"}',
  ]
  execFileSync(process.execPath, [cli, `--url=${url}`, `--out-file=${TYPES}`, ...options, ...(verify ? ['--verify'] : [])], {
    stdio: 'pipe',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { place, remove } = await startScratchCluster('types')
  try {
    generateTypes(socketUrl(place, OWNER, 'types'), process.argv.includes('--verify'))
  } finally {
    await remove()
  }
}
