import { error, redirect } from '@sveltejs/kit'
import { digitsFor } from '#src/kernel/numbers.ts'
import { isolate, sheetPath } from '#src/land/parcels/parcel-words.ts'
import type { ParcelDetailFeature, ParcelPlan } from '#src/land/parcels/types.ts'
import type { ThemeAnswer } from '#src/land/zoning/types.ts'
import { readApi } from '#src/ui/read-api.ts'
import { m } from '#src/ui/paraglide/messages.js'
import { getLocale, localizeHref } from '#src/ui/paraglide/runtime.js'
import type { PageServerLoad } from './$types'

/** A source may take its whole time limit: the sheet does not wait longer than this for the answers, they follow it. */
const PATIENCE_MS = 700

export const load: PageServerLoad = async ({ fetch, params, parent }) => {
  const at = `/api/parcels/${encodeURIComponent(params.code)}`
  const answers: Promise<ThemeAnswer[] | null> = fetch(`${at}/themes`)
    .then(async (response) => (response.ok ? ((await response.json()) as { items: ThemeAnswer[] }).items : null))
    .catch(() => null)
  const plan: Promise<ParcelPlan | null> = fetch(`${at}/plan`)
    .then(async (response) => (response.ok ? ((await response.json()) as ParcelPlan) : null))
    .catch(() => null)
  const response = await fetch(at).catch(() => null)
  if (response?.status === 404 || response?.status === 400) {
    const code = isolate(digitsFor(params.code, getLocale()))
    const isFree = (await parent()).municipality?.codeScheme === 'free'
    const detail = isFree ? m.parcels_not_found_detail_free() : m.parcels_not_found_detail()
    error(404, { message: m.parcels_not_found({ code }), detail, code: 'parcel-not-found' })
  }
  const parcel = response?.ok
    ? ((await response.json()) as ParcelDetailFeature).properties
    : (await readApi<ParcelDetailFeature>(fetch, at)).properties
  // The code was written the other way round, or with other digits: the sheet has one address.
  if (parcel.code !== params.code) redirect(307, localizeHref(sheetPath(parcel.code)))
  const early = await Promise.race([answers, new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS))])
  return { parcel, plan: await plan, answers: early === undefined ? answers : early, shownAt: new Date().toISOString() }
}
