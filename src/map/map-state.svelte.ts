import type { Position } from 'geojson'
import type { ParcelDetailFeature, ParcelId, ParcelSelection } from '#src/land/parcels/types.ts'
import type { Place } from '#src/land/places/types.ts'
import type { MapAddress, SelectionShape, View } from './url-state.ts'

export type PanelId = 'none' | 'layers' | 'list' | 'selection' | 'parcel' | 'place' | 'tools'

/** A parcel in focus: asked for, here, or refused. */
export type Focus =
  | { status: 'none' }
  | { status: 'loading'; code: string }
  | { status: 'here'; code: string; parcel: ParcelDetailFeature }
  | { status: 'failed'; code: string; reason: string }

/** The selected set: what was drawn and what the server found in it. */
export type Selected =
  | { status: 'none' }
  | { status: 'loading'; shape: SelectionShape }
  | { status: 'here'; shape: SelectionShape; ids: ParcelId[]; summary: ParcelSelection['summary']; isTruncated: boolean }
  | { status: 'failed'; shape: SelectionShape; reason: string }

export type MapStatus = 'loading' | 'ready' | 'no-webgl' | 'failed'

export interface MapState {
  /** What the address bar holds, except the view, which the map owns and reports. */
  address: Omit<MapAddress, 'view'>
  view: View | null
  bounds: { west: number; south: number; east: number; north: number } | null
  status: MapStatus
  areTilesFailing: boolean
  isOffline: boolean
  /** Changes of others have not arrived for a while: what is drawn may be old. */
  isBehind: boolean
  focus: Focus
  place: Place | null
  selected: Selected
  /** Earlier selections, the newest last: undo goes back through them. */
  past: SelectionShape[]
  hoveredId: ParcelId | null
  pointer: Position | null
  panel: PanelId
  measurement: { lengthM: number | null; areaM2: number | null; isApproximate: boolean } | null
  drawingHint: { lengthM: number; areaM2: number | null } | null
}

/** The state of the map page. Parts that are large or replaced whole are not made deeply reactive. */
export function createMapState(address: MapAddress): MapState {
  const { view, ...rest } = address
  const state = $state<Omit<MapState, 'focus' | 'selected'>>({
    address: rest,
    view,
    bounds: null,
    status: 'loading',
    areTilesFailing: false,
    isOffline: false,
    isBehind: false,
    place: null,
    past: [],
    hoveredId: null,
    pointer: null,
    panel: 'none',
    measurement: null,
    drawingHint: null,
  })
  let focus = $state.raw<Focus>({ status: 'none' })
  let selected = $state.raw<Selected>({ status: 'none' })
  const whole = {
    get focus() {
      return focus
    },
    set focus(next) {
      focus = next
    },
    get selected() {
      return selected
    },
    set selected(next) {
      selected = next
    },
  }
  for (const key of Object.keys(state) as (keyof typeof state)[])
    Object.defineProperty(whole, key, {
      get: () => state[key],
      set: (next: never) => void Reflect.set(state, key, next),
      enumerable: true,
    })
  return whole as MapState
}
