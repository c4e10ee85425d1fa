import { redirect } from '@sveltejs/kit'
import { sheetPath } from '#src/land/parcels/parcel-words.ts'
import type { ParcelPage } from '#src/land/parcels/types.ts'
import type { Place } from '#src/land/places/types.ts'
import { readApi } from '#src/ui/read-api.ts'
import { localizeHref } from '#src/ui/paraglide/runtime.js'
import type { PageServerLoad } from './$types'

const ROWS = 50

/** Search and list: everything by GET, so that it works without script and a link shows the same rows. */
export const load: PageServerLoad = async ({ fetch, url }) => {
  const q = (url.searchParams.get('q') ?? '').trim()
  const cursor = url.searchParams.get('cursor')
  const query = new URLSearchParams({ limit: String(ROWS), ...(q && { q }), ...(cursor && { cursor }) })
  const places: Promise<Place[]> =
    q && !cursor
      ? fetch(`/api/places?${new URLSearchParams({ q, limit: '6' })}`)
          .then(async (response) => (response.ok ? ((await response.json()) as { items: Place[] }).items : []))
          .catch(() => [])
      : Promise.resolve([])
  const found = await readApi<ParcelPage>(fetch, `/api/parcels?${query}`)
  const named = await places
  const [only, ...others] = found.features
  // One answer: show it.
  if (q && !cursor && only && others.length === 0 && named.length === 0)
    redirect(303, localizeHref(sheetPath(only.properties.code)))
  return { q, cursor, rows: found.features.map(({ properties }) => properties), nextCursor: found.nextCursor, places: named }
}
