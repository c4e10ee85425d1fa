import type { FeatureCollection, Position } from 'geojson'

export type LocateFailure = 'denied' | 'unavailable' | 'slow' | 'insecure'
export type Located = { ok: true; at: Position; accuracyM: number } | { ok: false; failure: LocateFailure }

/** Where the reader stands, asked once. A refusal comes back with its reason, so that it can be explained. */
export function locateReader(): Promise<Located> {
  if (!isSecureContext || !('geolocation' in navigator)) return Promise.resolve({ ok: false, failure: 'insecure' })
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ ok: true, at: [coords.longitude, coords.latitude], accuracyM: coords.accuracy }),
      (error) =>
        resolve({
          ok: false,
          failure: error.code === error.PERMISSION_DENIED ? 'denied' : error.code === error.TIMEOUT ? 'slow' : 'unavailable',
        }),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    )
  })
}

/** The position as a point, and its accuracy as a circle of 48 sides. */
export function drawPosition([lon = 0, lat = 0]: Position, accuracyM: number): FeatureCollection {
  const dLat = accuracyM / 111_320
  const dLon = dLat / Math.cos((lat * Math.PI) / 180)
  const ring = Array.from({ length: 49 }, (_, i) => {
    const angle = (i / 48) * 2 * Math.PI
    return [lon + dLon * Math.cos(angle), lat + dLat * Math.sin(angle)]
  })
  return {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } },
      { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [lon, lat] } },
    ],
  }
}
