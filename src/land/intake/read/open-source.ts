import { open, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { openGeoJson, readJsonType } from './read-geojson.ts'
import { openGeoPackage } from './read-geopackage.ts'
import { openShapefile } from './read-shapefile.ts'
import { openTopoJson } from './read-topojson.ts'
import { RefusalError } from '../refusal.ts'
import type { Source } from '../types.ts'
import { unpackZip } from './unpack-zip.ts'

const FORMATS = 'GeoJSON, TopoJSON, Shapefile (.shp or zipped) and GeoPackage'
const SHAPEFILE_PARTS = ['.dbf', '.shx', '.prj', '.cpg']

/**
 * Open a file by what is in it, not by its name. The caller closes it.
 * @param layer which layer, for files with several
 * @throws RefusalError when it is not there, not readable, or of no format we read
 */
export async function openSource(path: string, layer: string | null): Promise<Source> {
  const head = await readHead(path)
  if (head.subarray(0, 15).toString('latin1') === 'SQLite format 3') return openGeoPackage(path, layer)
  if (head.subarray(0, 2).toString('latin1') === 'PK') return openZipped(path, layer)
  if (head.length >= 4 && head.readInt32BE(0) === 9994) return openShapefile(path)
  if (SHAPEFILE_PARTS.includes(extname(path).toLowerCase())) {
    throw new RefusalError(`A ${extname(path)} is one part of a shapefile: give the .shp, with the others beside it.`)
  }
  if (head[0] === 0x1f && head[1] === 0x8b) throw new RefusalError('The file is compressed: unpack it first (gunzip).')
  if (!looksLikeJson(head)) throw new RefusalError(`The file is of no format Barzan reads: ${FORMATS}.`)
  const type = await readJsonType(path)
  return type === 'Topology' ? openTopoJson(path, layer) : openGeoJson(path, type)
}

async function openZipped(path: string, layer: string | null): Promise<Source> {
  const unpacked = await unpackZip(path, layer)
  try {
    const source = await openSource(unpacked.path, extname(unpacked.path) === '.shp' ? null : layer)
    const close = source.close
    source.close = async () => {
      await close()
      await unpacked.remove()
    }
    return source
  } catch (error) {
    await unpacked.remove()
    throw error
  }
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const info = await stat(path)
    if (info.isDirectory()) throw new RefusalError(`${path} is a folder, not a file.`)
    if (!info.isFile()) throw new RefusalError(`${path} is not an ordinary file.`)
    if (info.size === 0) throw new RefusalError('The file is empty (0 bytes).')
    const file = await open(path)
    try {
      const head = Buffer.alloc(512)
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      return head.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') throw new RefusalError(`There is no file ${path}.`, { cause: error })
    if (code === 'EACCES') throw new RefusalError(`The file ${path} may not be read.`, { cause: error })
    throw error
  }
}

function looksLikeJson(head: Buffer): boolean {
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  return /^[{["]/.test(text) || /^(true|false|null|-?\d)/.test(text) || text === ''
}
