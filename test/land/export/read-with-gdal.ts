import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** A layer as GDAL sees it. */
export interface GdalLayer {
  name: string
  featureCount: number
  crs: string | null
  features: { properties: Record<string, unknown>; geometry: { type: string; coordinates: unknown } }[]
}

const root = join(import.meta.dirname, '../../..')
const packageDir = dirname(createRequire(import.meta.url).resolve('gdal3.js/package.json'))

/** Read a file with GDAL (WebAssembly), an implementation that is not ours, in a process of its own. */
export function readWithGdal(path: string): GdalLayer[] {
  const output = execFileSync(process.execPath, ['-e', PROGRAM, path, relative(root, join(packageDir, 'dist/package'))], {
    cwd: root, // it prefixes its paths with ./
    encoding: 'utf8',
    maxBuffer: 1 << 29,
  })
  return JSON.parse(output.slice(output.indexOf('@@') + 2)) as GdalLayer[]
}

const PROGRAM = `
const [path, dist] = process.argv.slice(1)
require('gdal3.js/node')({ path: dist, useWorker: false }).then(async (Gdal) => {
  const { datasets, errors } = await Gdal.open(path, [], path.endsWith('.zip') ? ['vsizip'] : [])
  if (!datasets.length) throw new Error('GDAL cannot open ' + path + ' ' + JSON.stringify(errors))
  const { layers } = await Gdal.ogrinfo(datasets[0], ['-json', '-al', '-features'])
  const answer = layers.map((l) => ({ name: l.name, featureCount: l.featureCount, crs: l.geometryFields?.[0]?.coordinateSystem?.wkt ?? null, features: l.features }))
  process.stdout.write('@@' + JSON.stringify(answer), () => process.exit())
}).catch((error) => { console.error(error); process.exit(1) })`
