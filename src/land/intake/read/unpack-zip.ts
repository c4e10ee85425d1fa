import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise, type Entry } from 'yauzl'
import { RefusalError } from '../refusal.ts'

/** What is taken out of an archive. Everything else in it stays there. */
const WANTED = ['.shp', '.dbf', '.prj', '.cpg', '.shx', '.geojson', '.json', '.topojson', '.gpkg']
const MOST_ENTRIES = 10_000
/** A parcel file of a country fits; an archive that unpacks to more is a mistake or an attack. */
export const LARGEST_UNPACKED = 4 * 1024 ** 3
/** Deflate cannot do better than about 1030:1; real geodata is below 30:1. */
const LARGEST_RATIO = 200
const RATIO_FROM_BYTES = 64 * 1024 * 1024

/** One data set found in an archive, unpacked into a folder of its own that `remove` deletes. */
export interface Unpacked {
  path: string
  remove(): Promise<void>
}

/**
 * Unpack the one data set of a zip (a shapefile with what belongs to it, a GeoPackage, a GeoJSON or TopoJSON file).
 * @param layer the name of the data set when there are several
 * @throws RefusalError when there is none, several, or the archive is damaged or unpacks to too much
 */
export async function unpackZip(path: string, layer: string | null): Promise<Unpacked> {
  const folder = await mkdtemp(join(tmpdir(), 'barzan-import-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    return { path: await unpackInto(folder, path, layer), remove }
  } catch (error) {
    await remove()
    if (error instanceof RefusalError) throw error
    throw new RefusalError(`The zip file cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

async function unpackInto(folder: string, path: string, layer: string | null): Promise<string> {
  const zip = await openPromise(path, { autoClose: false })
  try {
    if (zip.entryCount > MOST_ENTRIES) throw new RefusalError(`The zip file holds ${zip.entryCount} files: that is no data set.`)
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) if (isWanted(entry.fileName)) entries.push(entry)
    const main = chooseMain(entries, layer)
    const stem = withoutEnding(main.fileName)
    const parts = entries.filter((entry) => withoutEnding(entry.fileName) === stem)
    requireModestSize(parts)
    for (const part of parts) {
      // The name inside the archive never reaches the file system: only its ending does.
      const target = join(folder, `data${extname(part.fileName).toLowerCase()}`)
      await pipeline(await zip.openReadStreamPromise(part), createWriteStream(target, { flags: 'wx' }))
    }
    return join(folder, `data${extname(main.fileName).toLowerCase()}`)
  } finally {
    zip.close()
  }
}

function isWanted(name: string): boolean {
  // macOS puts a shadow of every file into __MACOSX
  return WANTED.includes(extname(name).toLowerCase()) && !name.startsWith('__MACOSX/') && !basename(name).startsWith('._')
}

function chooseMain(entries: readonly Entry[], layer: string | null): Entry {
  const sets = entries.filter((entry) => ['.shp', '.gpkg', '.geojson', '.topojson', '.json'].includes(endingOf(entry)))
  const names = sets.map((entry) => basename(entry.fileName, extname(entry.fileName)))
  if (sets.length === 0) throw new RefusalError('The zip file holds no .shp, .gpkg, .geojson or .topojson.')
  if (sets.length === 1) return sets[0]!
  const chosen = sets.find((_, i) => names[i] === layer)
  if (chosen) return chosen
  throw new RefusalError(`The zip file holds several data sets: ${names.join(', ')}. Say which one: --layer ${names[0]}`)
}

function endingOf(entry: Entry): string {
  return extname(entry.fileName).toLowerCase()
}

function withoutEnding(name: string): string {
  return name.slice(0, name.length - extname(name).length).toLowerCase()
}

/** By the sizes the archive states; yauzl stops a stream that exceeds what its entry stated. */
function requireModestSize(parts: readonly Entry[]): void {
  const unpacked = parts.reduce((sum, part) => sum + part.uncompressedSize, 0)
  const packed = parts.reduce((sum, part) => sum + part.compressedSize, 0)
  if (unpacked > LARGEST_UNPACKED || (unpacked > RATIO_FROM_BYTES && unpacked > packed * LARGEST_RATIO)) {
    throw new RefusalError(`The zip file would unpack to ${Math.round(unpacked / 1024 ** 2)} MB. It is not opened.`)
  }
}
