import type { Municipality } from '#src/land/places/types.ts'
import type { LayoutServerLoad } from './$types'

/** Which city this is, or whether the database is away. A page still opens then: its own data tells what is wrong. */
export const load: LayoutServerLoad = async ({ fetch }) => {
  const response = await fetch('/api/municipality').catch(() => null)
  const municipality = response?.ok ? ((await response.json()) as Municipality) : null
  return { municipality, isAway: response === null || response.status >= 500 }
}
