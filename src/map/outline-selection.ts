import type { FeatureCollection, Geometry } from 'geojson'
import { findPlaceGeometry } from './find-parcels.ts'
import type { SelectionShape } from './url-state.ts'

/** What to draw for a selection: the lasso itself, or the street or neighbourhood that was named. */
export async function outlineSelection(shape: SelectionShape | null, locale: 'fa' | 'en'): Promise<FeatureCollection> {
  if (shape === null) return collect(null)
  if (shape.kind === 'polygon') return collect({ type: 'Polygon', coordinates: [shape.ring] })
  if (shape.kind === 'circle') return collect({ type: 'Polygon', coordinates: [circle(shape.center, shape.radiusM)] })
  const [kind, id] =
    shape.kind === 'street' ? (['street', shape.streetId] as const) : (['neighbourhood', shape.neighbourhoodId] as const)
  // An outline that does not come is no reason to lose the selection itself.
  const place = await findPlaceGeometry(kind, id, locale).catch(() => null)
  return collect(place?.geometry ?? null)
}

/** A circle on the ground as a ring of 96 sides. For drawing only: the server measures with the true one. */
function circle([lon = 0, lat = 0]: readonly number[], radiusM: number): [number, number][] {
  const dLat = radiusM / 111_195
  const dLon = dLat / Math.cos((lat * Math.PI) / 180)
  return Array.from({ length: 97 }, (_, i) => {
    const angle = (i / 96) * 2 * Math.PI
    return [lon + dLon * Math.cos(angle), lat + dLat * Math.sin(angle)]
  })
}

function collect(geometry: Geometry | null): FeatureCollection {
  return { type: 'FeatureCollection', features: geometry === null ? [] : [{ type: 'Feature', properties: {}, geometry }] }
}
