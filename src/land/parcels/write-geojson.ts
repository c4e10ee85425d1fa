import type { ExportRow } from './export-rows.ts'

/** Parcels as GeoJSON (RFC 7946): WGS 84, 7 decimals (about a centimetre), outer rings counter-clockwise, one feature a line. */
export async function* writeGeoJson(batches: AsyncIterable<ExportRow[]>): AsyncGenerator<string> {
  yield '{"type":"FeatureCollection","features":[\n'
  let separator = ''
  for await (const rows of batches) {
    let text = ''
    for (const row of rows) {
      text += `${separator}{"type":"Feature","id":${row.id},"geometry":${row.geojson},"properties":${JSON.stringify(describe(row))}}`
      separator = ',\n'
    }
    yield text
  }
  yield '\n]}\n'
}

function describe(row: ExportRow) {
  const { id: _id, wkb: _wkb, geojson: _geojson, x: _x, y: _y, lon: _lon, lat: _lat, areaM2, ...rest } = row
  return { ...rest, areaM2: Math.round(areaM2 * 100) / 100 }
}
