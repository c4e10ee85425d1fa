import type { ParcelPage } from '#src/land/parcels/types.ts'
import type { PageServerLoad } from './$types'

/** Half sizes in degrees of the city's picture: about 300 × 200 m, some two hundred parcels. */
const HALF_LON = 0.0019
const HALF_LAT = 0.0011

/** A few blocks around the middle of the city, drawn by the page as its picture. The page opens without them too. */
export const load: PageServerLoad = async ({ fetch, parent }) => {
  const { municipality: city } = await parent()
  if (!city) return { picture: null }
  const [lon = 0, lat = 0] = city.center
  const box = [lon - HALF_LON, lat - HALF_LAT, lon + HALF_LON, lat + HALF_LAT] as const
  const found = await fetch(`/api/parcels?bbox=${box.map((value) => value.toFixed(6)).join(',')}&limit=500`)
    .then(async (response) => (response.ok ? ((await response.json()) as ParcelPage) : null))
    .catch(() => null)
  if (!found || found.features.length === 0) return { picture: null }
  const parcels = found.features.map(({ geometry, properties: { landUse, residentialDensity } }) => ({ geometry, landUse, residentialDensity }))
  return { picture: { box, parcels } }
}
