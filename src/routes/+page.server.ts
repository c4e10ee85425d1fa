import { drawCityPicture } from '#src/land/parcels/draw-city-picture.ts'
import type { ParcelPage } from '#src/land/parcels/types.ts'
import type { Bbox } from '#src/land/parcels/types.ts'
import type { PageServerLoad } from './$types'

/** Half sizes in degrees of the city's picture: some 300 × 230 m, a few blocks. */
const HALF_LON = 0.00165
const HALF_LAT = 0.00105

/** A few blocks beside the middle of the city, drawn as its picture. The page opens without them too. */
export const load: PageServerLoad = async ({ fetch, parent }) => {
  const { municipality: city } = await parent()
  if (!city) return { picture: null }
  // Beside the middle: a square or a river lies in the very middle of many a city.
  const [lon, lat] = [city.center[0]! + HALF_LON, city.center[1]! - HALF_LAT / 2]
  const box: Bbox = [lon - HALF_LON, lat - HALF_LAT, lon + HALF_LON, lat + HALF_LAT]
  const found = await fetch(`/api/parcels?bbox=${box.map((value) => value.toFixed(6)).join(',')}&limit=500`)
    .then(async (response) => (response.ok ? ((await response.json()) as ParcelPage) : null))
    .catch(() => null)
  return { picture: found && found.features.length > 0 ? drawCityPicture(found.features, box) : null }
}
