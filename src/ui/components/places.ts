import House from '@lucide/svelte/icons/house'
import Info from '@lucide/svelte/icons/info'
import Map from '@lucide/svelte/icons/map'
import Rows3 from '@lucide/svelte/icons/rows-3'
import { m } from '#src/ui/paraglide/messages.js'

/** The places of the site, for the bar and for the tabs of the phone. Only what exists is listed. */
export const PLACES = [
  { path: '/', name: m.common_nav_home, icon: House, inBar: false },
  { path: '/map', name: m.common_nav_map, icon: Map, inBar: true },
  { path: '/parcels', name: m.common_nav_parcels, icon: Rows3, inBar: true },
  { path: '/about', name: m.common_nav_about, icon: Info, inBar: true },
] as const

/** Whether `pathname` (without language) lies in the place. */
export function isAt(path: string, pathname: string): boolean {
  return path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)
}
