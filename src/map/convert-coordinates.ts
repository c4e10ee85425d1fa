import proj4 from 'proj4'
import type { Position } from 'geojson'

/** UTM zone of a municipality's CRS: EPSG 326zz is north, 327zz south. Null when it is not UTM. */
export function utmZoneOf(srid: number): { zone: number; isNorth: boolean } | null {
  const zone = srid % 100
  const family = Math.floor(srid / 100)
  return (family === 326 || family === 327) && zone >= 1 && zone <= 60 ? { zone, isNorth: family === 326 } : null
}

/** East and north in metres of a lon/lat position, in the UTM zone given. */
export function toUtm(
  [lon = 0, lat = 0]: Position,
  { zone, isNorth }: { zone: number; isNorth: boolean },
): [east: number, north: number] {
  const [east = 0, north = 0] = proj4(
    'EPSG:4326',
    `+proj=utm +zone=${zone} ${isNorth ? '' : '+south '}+datum=WGS84 +units=m +no_defs`,
    [lon, lat],
  )
  return [east, north]
}
