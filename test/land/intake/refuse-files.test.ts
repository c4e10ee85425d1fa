import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { importFile } from '#src/land/intake/import-file.ts'
import { RefusalError } from '#src/land/intake/refusal.ts'
import type { ImportOptions } from '#src/land/intake/types.ts'
import type { TestDatabase } from '../../database.ts'
import { clearLand, countLand, createImportDatabase, importOptions, NOTHING } from './import-options.ts'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createImportDatabase()
  folder = await mkdtemp(join(tmpdir(), 'barzan-test-'))
})
afterEach(() => clearLand(database.ownerPool))
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const square = (west: number, south: number, code: string, side = 0.0002) => ({
  type: 'Feature',
  properties: { code },
  geometry: {
    type: 'Polygon',
    coordinates: [[[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]],
  },
}) // prettier-ignore
const collection = (features: unknown[], more: object = {}) => JSON.stringify({ type: 'FeatureCollection', ...more, features })
const twoParcels = collection([square(51.37, 32.39, 'a'), square(51.371, 32.39, 'b')])

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
/** The sentence of a refusal, after seeing that nothing was left behind. */
async function refusalOf(file: string, options: Partial<ImportOptions> = {}): Promise<string> {
  const error = await importFile(database.ownerPool, importOptions(file, options)).then(
    () => null,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(RefusalError)
  expect(await countLand(database.ownerPool)).toEqual(NOTHING)
  return (error as Error).message
}

describe('files that are none', () => {
  test.each([
    ['nothing.geojson', '', /empty \(0 bytes\)/],
    ['blank.geojson', '  \n ', /empty/],
    ['binary.geojson', Uint8Array.from({ length: 5000 }, (_, i) => (i * 37) % 256), /no format Barzan reads/],
    [
      'latin1.geojson',
      Buffer.concat([Buffer.from(twoParcels.slice(0, 60)), Buffer.from([0xe9]), Buffer.from(twoParcels.slice(60))]),
      /UTF-8/,
    ],
    ['page.geojson', '<!doctype html><p>Not found</p>', /no format Barzan reads/],
    ['list.geojson', '[1, 2]', /does not begin with an object/],
    ['typeless.geojson', '{"features": []}', /no "type"/],
    ['lines.geojson', `${twoParcels}\n${twoParcels}`, /line by line/],
    ['none.geojson', collection([]), /no features/],
    ['null.topojson', '{"type":"Topology","objects":{"city":null},"arcs":[]}', /"city" of the topology/],
    [
      'sqlite.gpkg',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4000)]),
      /GeoPackage cannot be read|no GeoPackage/,
    ],
    ['half.zip', Buffer.from('PK\x03\x04 and nothing more'), /zip file cannot be read/],
    ['table.dbf', Buffer.from('\x03abc'), /one part of a shapefile/],
    ['packed.geojson', Buffer.from([0x1f, 0x8b, 8, 0]), /gunzip/],
  ] as const)('%s', async (name, content, sentence) => {
    expect(await refusalOf(await write(name, content))).toMatch(sentence)
  })

  test('a folder, and a path where nothing is', async () => {
    await mkdir(join(folder, 'folder.geojson'))
    expect(await refusalOf(join(folder, 'folder.geojson'))).toMatch(/is a folder/)
    expect(await refusalOf(join(folder, 'absent.geojson'))).toMatch(/There is no file/)
  })

  test('cut off anywhere: never half a city', async () => {
    for (let length = 1; length < twoParcels.length; length += 71) {
      const message = await refusalOf(await write('cut.geojson', twoParcels.slice(0, length)))
      expect(message).toMatch(/cut off|not JSON|no GeoJSON|"type"|neither/)
    }
  })

  test('a zip that unpacks to gigabytes is not opened, and nothing stays in the temporary folder', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('barzan-import-'))
    const bomb = await write('bomb.zip', zip('city.geojson', Buffer.alloc(120 * 1024 * 1024, 0x20)))
    expect(await refusalOf(bomb)).toMatch(/would unpack to/)
    const liar = await write('liar.zip', zip('city.geojson', Buffer.alloc(300_000, 0x20), 1000))
    expect(await refusalOf(liar)).toMatch(/cannot be read/)
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('barzan-import-'))
    expect(after).toEqual(before)
  })

  test('a name in a zip cannot leave the folder', async () => {
    const file = await write('climb.zip', zip('../../climbed.geojson', Buffer.from(twoParcels)))
    const message = await refusalOf(file)
    expect(message).toMatch(/cannot be read/)
  })

  test('a geometry nested a thousand deep is one bad feature', async () => {
    const deep = `${'['.repeat(1000)}1${']'.repeat(1000)}`
    const file = await write('deep.geojson', twoParcels.replace('[[[', `[[${deep},[`))
    await expect(importFile(database.ownerPool, importOptions(file))).resolves.toMatchObject({ read: 2, added: 1 })
  })
})

describe('places that are none', () => {
  test('swapped coordinates where no city is', async () => {
    const file = await write('swapped.geojson', collection([square(42.37, -81.1, 'a')]))
    expect(await refusalOf(file)).toMatch(/swapped/)
  })

  test('swapped coordinates of a municipality that is there', async () => {
    await importFile(database.ownerPool, importOptions(await write('right.geojson', twoParcels)))
    const before = await countLand(database.ownerPool)
    const swapped = await write('swapped.geojson', collection([square(32.39, 51.37, 'c')]))
    await expect(importFile(database.ownerPool, importOptions(swapped, { municipality: null }))).rejects.toThrow(
      /Longitude and latitude are swapped/,
    )
    expect(await countLand(database.ownerPool)).toEqual(before)
  })

  test('coordinates of a projection called longitude and latitude', async () => {
    const file = await write('metres.geojson', collection([square(535000, 3583000, 'a', 20)]))
    const report = await importFile(database.ownerPool, importOptions(file))
    expect(report).toMatchObject({ outcome: 'refused', added: 0, leftOut: [{ reason: 'outside' }] })
    expect(await countLand(database.ownerPool)).toEqual(NOTHING)
    // and with the right code they are a place
    const right = await importFile(database.ownerPool, importOptions(file, { crs: 32639 }))
    expect(right).toMatchObject({ outcome: 'applied', added: 1, municipality: { srid: 32639 } })
  })

  test('a coordinate system that does not exist, or that the file names in its own words', async () => {
    const file = await write('two.geojson', twoParcels)
    expect(await refusalOf(file, { crs: 999_999 })).toMatch(/no coordinate system EPSG:999999/)
    const named = collection([square(51.37, 32.39, 'a')], { crs: { type: 'name', properties: { name: 'my own grid' } } })
    expect(await refusalOf(await write('own.geojson', named))).toMatch(/not understood.*--crs/)
  })
})

describe('what is asked', () => {
  test('an empty database needs the name of the municipality', async () => {
    expect(await refusalOf(await write('two.geojson', twoParcels), { municipality: null })).toMatch(/--municipality/)
  })

  test('another municipality than the one that is there', async () => {
    const file = await write('two.geojson', twoParcels)
    await importFile(database.ownerPool, importOptions(file))
    await expect(importFile(database.ownerPool, importOptions(file, { municipality: 'Elsewhere' }))).rejects.toThrow(
      /holds Testville, not Elsewhere/,
    )
  })

  test('a dry run tells all and changes nothing; a strict one refuses one bad feature', async () => {
    const file = await write(
      'bad.geojson',
      collection([square(51.37, 32.39, 'a'), { ...square(51.371, 32.39, 'b'), geometry: null }]),
    )
    expect(await importFile(database.ownerPool, importOptions(file, { dryRun: true }))).toMatchObject({
      outcome: 'dry-run',
      added: 1,
    })
    expect(await countLand(database.ownerPool)).toEqual(NOTHING)
    expect(await importFile(database.ownerPool, importOptions(file, { strict: true }))).toMatchObject({
      outcome: 'refused',
      added: 1,
    })
    expect(await countLand(database.ownerPool)).toEqual(NOTHING)
    const good = await write('good.geojson', twoParcels)
    expect(await importFile(database.ownerPool, importOptions(good, { strict: true }))).toMatchObject({
      outcome: 'applied',
      added: 2,
    })
  })

  test('a failure in the middle of reading leaves nothing', async () => {
    const many = Array.from({ length: 3000 }, (_, i) =>
      square(51.37 + (i % 60) * 0.0003, 32.39 + Math.floor(i / 60) * 0.0003, `p${i}`),
    )
    const text = collection(many)
    const file = await write('late.geojson', text.slice(0, -30))
    expect(await refusalOf(file)).toMatch(/cut off/)
  })
})

test('values that cannot be used are left out and told; the rest of the feature comes in', async () => {
  const odd = square(51.37, 32.39, 'ك۱-ي')
  Object.assign(odd.properties, { landuse: 'مسکونی', address: `خيابان\u0000 كاوه\t`, area: 'abc', postal: '۸۴۷۱۹۹۹۹۹۹' })
  const other = square(51.371, 32.39, 'b')
  Object.assign(other.properties, { landuse: 'Moon base', address: '', area: '۲۵۰٫۵', postal: '1'.repeat(40) })
  const file = await write('odd.geojson', collection([odd, other]))
  const report = await importFile(database.ownerPool, importOptions(file, { map: { deed_area: 'area', postal_code: 'postal' } }))
  expect(report.warnings.map((warning) => [warning.message, warning.features.map((f) => f.id)])).toEqual([
    [expect.stringContaining('"area" is no number'), ['ک1-ی']],
    [expect.stringContaining('"postal" is longer'), ['b']],
    [expect.stringContaining('Use "Moon base"'), ['b']],
  ])
  const { rows } = await database.pool.query(
    'select code, land_use, address, deed_area_m2, postal_code from land.parcels order by parcel_id',
  )
  expect(rows).toEqual([
    { code: 'ک1-ی', land_use: 'RES', address: 'خیابان کاوه', deed_area_m2: null, postal_code: '8471999999' },
    { code: 'b', land_use: null, address: null, deed_area_m2: '250.50', postal_code: null },
  ])
})

test('files are not changed by reading them', async () => {
  const file = await write('same.geojson', twoParcels)
  await importFile(database.ownerPool, importOptions(file))
  expect(await readFile(file, 'utf8')).toBe(twoParcels)
})

/** A zip of one file. `stated`: the size its headers give, when they lie. */
function zip(name: string, content: Buffer, stated = content.length): Buffer {
  const packed = deflateRawSync(content)
  const names = Buffer.from(name)
  const fields = (isCentral: boolean) => {
    const head = Buffer.alloc(isCentral ? 46 : 30)
    head.writeUInt32LE(isCentral ? 0x02014b50 : 0x04034b50, 0)
    const at = isCentral ? 6 : 4
    head.writeUInt16LE(20, at)
    head.writeUInt16LE(8, at + 4)
    head.writeUInt32LE(packed.length, at + 14)
    head.writeUInt32LE(stated, at + 18)
    head.writeUInt16LE(names.length, at + 22)
    return Buffer.concat([head, names])
  }
  const local = Buffer.concat([fields(false), packed])
  const central = fields(true)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
