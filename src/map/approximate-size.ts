import { area, length } from '@turf/turf'
import type { LineString, Polygon } from 'geojson'

/** Spherical length (m) and area (m²) of what is being drawn: a hint only, never shown without «approximately». */
export function approximateSize(shape: Polygon | LineString): { lengthM: number; areaM2: number | null } {
  const feature = { type: 'Feature', properties: {}, geometry: shape } as const
  return { lengthM: length(feature, { units: 'meters' }), areaM2: shape.type === 'Polygon' ? area(feature) : null }
}
