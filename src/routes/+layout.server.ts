import type { LayoutServerLoad } from './$types'
import type { Municipality } from '#src/land/places/types.ts'

/** Which city this is. A page still opens when the API cannot say: its own data tells what is wrong. */
export const load: LayoutServerLoad = async ({ fetch }) => {
  const response = await fetch('/api/municipality').catch(() => null)
  return { municipality: response?.ok ? ((await response.json()) as Municipality) : null }
}
