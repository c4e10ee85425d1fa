import { onMount } from 'svelte'
import { pushState, replaceState } from '$app/navigation'
import type { MapActions } from './map-actions.ts'
import type { MapState } from './map-state.svelte.ts'
import { formatAddress, parseAddress } from './url-state.ts'

/**
 * Keep state and address bar the same, both ways. A newly chosen parcel is a step one can go back from; everything else rewrites
 * the present step. Call while a component is being made.
 */
export function followAddress(map: MapState, actions: MapActions): void {
  let written = ''
  let writing: ReturnType<typeof setTimeout> | undefined

  onMount(() => {
    written = location.search
    const { parcel, selection } = $state.snapshot(map.address)
    if (parcel && map.focus.status === 'none') void actions.focusParcel(parcel)
    if (selection) void actions.select(selection)
    const back = () => {
      written = location.search
      actions.enter(parseAddress(read(location.search)))
    }
    addEventListener('popstate', back)
    return () => {
      clearTimeout(writing)
      removeEventListener('popstate', back)
    }
  })

  $effect(() => {
    const next = formatAddress({ ...$state.snapshot(map.address), view: map.view && $state.snapshot(map.view) })
    if (map.status !== 'ready') return
    clearTimeout(writing)
    // Browsers allow a hundred changes in half a minute: a moving map waits until it rests.
    writing = setTimeout(() => write(next), 350)
  })

  function write(next: string) {
    if (next === written) return
    const isStep = parcelOf(next) !== null && parcelOf(next) !== parcelOf(written)
    written = next
    const step = isStep ? pushState : replaceState
    step(location.pathname + next, {})
  }
}

function parcelOf(query: string): string | null {
  return read(query).get('parcel')
}

function read(query: string): URLSearchParams {
  // Read once and thrown away: nothing reacts to it.

  return new URLSearchParams(query)
}
