import type { Position } from 'geojson'
import { nameLandUseToken } from './name-land-use.ts'
import type { Bbox, ParcelFeature } from './types.ts'

/** A still picture of parcels by land use: one path for each colour token, on a sheet 1000 wide. */
export interface CityPicture {
  height: number
  layers: { token: string; d: string }[]
}
const WIDTH = 1000

/** Draws parcels within a box of degrees; a few blocks come to some kilobytes. Steps of one thousandth of the width. */
export function drawCityPicture(parcels: ParcelFeature[], [west, south, east, north]: Bbox): CityPicture {
  const scaleX = WIDTH / (east - west)
  const scaleY = scaleX / Math.cos((((south + north) / 2) * Math.PI) / 180)
  const place = ([lon = 0, lat = 0]: Position) => [Math.round((lon - west) * scaleX), Math.round((north - lat) * scaleY)] as const
  const drawRing = (ring: Position[]) => {
    let [x, y] = place(ring[0] ?? [])
    let path = `M${x} ${y}`
    for (const at of ring.slice(1, -1)) {
      const [nextX, nextY] = place(at)
      path += `l${nextX - x} ${nextY - y}`
      ;[x, y] = [nextX, nextY]
    }
    return `${path}z`
  }
  const byToken = new Map<string, string>()
  for (const { geometry, properties } of parcels) {
    const token = nameLandUseToken(properties.landUse, properties.residentialDensity)
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    byToken.set(token, (byToken.get(token) ?? '') + polygons.flat().map(drawRing).join(''))
  }
  return { height: Math.round((north - south) * scaleY), layers: [...byToken].map(([token, d]) => ({ token, d })) }
}
