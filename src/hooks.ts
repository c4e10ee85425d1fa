import type { Reroute } from '@sveltejs/kit'
import { deLocalizeUrl } from '#src/ui/paraglide/runtime.js'

/** /en/parcels is the page /parcels in English: one tree of routes for both languages. */
export const reroute: Reroute = ({ url }) => deLocalizeUrl(url).pathname
