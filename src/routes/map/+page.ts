import type { ParcelDetailFeature } from '#src/land/parcels/types.ts'
import { beginLoadingMap } from '#src/map/begin-loading.ts'
import type { PageLoad } from './$types'

/** The parcel that a link names, so that its card is there with the page. What the address says later is the map's own affair. */
export const load: PageLoad = async ({ url, fetch, untrack }) => {
  void beginLoadingMap()
  const search = untrack(() => url.search)
  const code = untrack(() => url.searchParams.get('parcel'))
  if (code === null || code.length > 64) return { search, parcel: null }
  const response = await fetch(`/api/parcels/${encodeURIComponent(code)}`).catch(() => null)
  return { search, parcel: response?.ok ? ((await response.json()) as ParcelDetailFeature) : null }
}
