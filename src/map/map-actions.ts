import type { Position } from 'geojson'
import type { OpenMap } from './open-map.ts'
import type { ParcelDetailFeature } from '#src/land/parcels/types.ts'
import type { Place } from '#src/land/places/types.ts'
import { announce } from '#src/ui/components/announce.svelte.ts'
import { m } from '#src/ui/paraglide/messages.js'
import { findParcel, findParcelAt, selectParcels } from './find-parcels.ts'
import type { MapState } from './map-state.svelte.ts'
import { flyToBox, revealBox } from './move-camera.ts'
import { describeParcel, describeSelection, nameOf } from './say-parcel.ts'
import type { MapAddress, SelectionShape, Tool } from './url-state.ts'

type Locale = 'fa' | 'en'

export interface MapActions {
  /** Bring a parcel into focus by its code. `shouldFly` moves the camera to it; otherwise only when it is hidden. */
  focusParcel: (code: string, shouldFly?: boolean, known?: ParcelDetailFeature) => Promise<void>
  focusParcelAt: (at: Position) => Promise<void>
  /** The parcel in focus has changed: show it as it is now, where the reader is. `written` as in LiveEvents. */
  refreshParcel: (written: string) => Promise<void>
  leaveParcel: () => void
  focusPlace: (place: Place) => void
  select: (shape: SelectionShape) => Promise<void>
  clearSelection: () => void
  undoSelection: () => void
  takeTool: (tool: Tool) => void
  /** Take over an address: from a link, or when the reader goes back. */
  enter: (address: MapAddress) => void
}

/** What the reader can do on the map page, whatever it was asked through: pointer, keyboard, list or address. */
export function createMapActions(state: MapState, locale: Locale, currentMap: () => OpenMap | null): MapActions {
  let asked = 0

  async function focusParcel(code: string, shouldFly = false, known?: ParcelDetailFeature) {
    const ask = ++asked
    state.address.parcel = code
    state.place = null
    if (known === undefined) state.focus = { status: 'loading', code }
    state.panel = 'parcel'
    try {
      const parcel = known ?? (await findParcel(code, locale))
      if (ask !== asked) return // the reader has gone on meanwhile
      if (parcel === null) {
        state.focus = { status: 'failed', code, reason: m.map_parcel_missing({ code }) }
        announce(m.map_parcel_missing({ code }))
        return
      }
      state.focus = { status: 'here', code, parcel }
      announce(m.map_parcel_chosen({ parcel: describeParcel(parcel.properties, locale) }))
      const open = currentMap()
      if (open) await (shouldFly ? flyToBox : revealBox)(open.map, parcel.properties.bbox)
    } catch (cause) {
      if (ask === asked) state.focus = { status: 'failed', code, reason: cause instanceof Error ? cause.message : String(cause) }
    }
  }

  async function refreshParcel(written: string) {
    const { focus } = state
    if (focus.status !== 'here') return
    const parcel = await findParcel(focus.code, locale, written).catch(() => null)
    // What cannot be asked now is still shown; the reader may have gone on meanwhile.
    if (parcel === null || state.focus !== focus) return
    state.focus = { status: 'here', code: focus.code, parcel }
    if (isSame(focus.parcel, parcel)) return
    announce(parcel.properties.status === 'retired' ? m.map_parcel_retired_now() : m.map_parcel_updated())
  }

  async function select(shape: SelectionShape, isUndo = false) {
    const before = state.selected
    if (!isUndo && before.status !== 'none') state.past.push(before.shape)
    state.address.selection = shape
    state.selected = { status: 'loading', shape }
    try {
      const { ids, summary, truncated = false } = await selectParcels(shape, locale)
      if (!isStill(shape)) return
      state.selected = { status: 'here', shape, ids, summary, isTruncated: truncated }
      announce(describeSelection(summary, locale))
    } catch (cause) {
      if (isStill(shape))
        state.selected = { status: 'failed', shape, reason: cause instanceof Error ? cause.message : String(cause) }
    }
  }

  /** Whether the reader still waits for this shape. */
  const isStill = (shape: SelectionShape) => state.selected.status !== 'none' && state.selected.shape === shape

  function leaveParcel() {
    asked++
    state.focus = { status: 'none' }
    state.place = null
    state.address.parcel = null
    if (state.panel === 'parcel' || state.panel === 'place') state.panel = 'none'
  }

  function clearSelection() {
    if (state.selected.status !== 'none') state.past.push(state.selected.shape)
    state.selected = { status: 'none' }
    state.address.selection = null
    if (state.panel === 'selection') state.panel = 'none'
    announce(m.map_selection_cleared())
  }

  return {
    focusParcel,
    async focusParcelAt(at) {
      try {
        const found = await findParcelAt(at, locale)
        if (found) await focusParcel(found.properties.code)
        else announce(m.map_nothing_here())
      } catch (cause) {
        announce(cause instanceof Error ? cause.message : String(cause))
      }
    },
    refreshParcel,
    leaveParcel,
    focusPlace(place) {
      leaveParcel()
      state.place = place
      state.panel = 'place'
      announce(m.map_went_to({ place: nameOf(place, locale) }))
      const open = currentMap()
      if (open) void flyToBox(open.map, place.bbox)
    },
    select: (shape) => select(shape),
    clearSelection,
    undoSelection() {
      const shape = state.past.pop()
      if (shape) void select(shape, true)
      else clearSelection()
    },
    takeTool(tool) {
      state.address.tool = state.address.tool === tool ? 'pan' : tool
      state.drawingHint = null
      if (!state.address.tool.startsWith('measure')) state.measurement = null
      if (state.panel === 'tools') state.panel = 'none'
    },
    enter({ view, ...address }) {
      const { parcel, selection } = address
      Object.assign(state.address, address)
      if (view)
        currentMap()?.map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom, bearing: view.bearing, pitch: view.pitch })
      if (parcel === null) leaveParcel()
      else if (state.focus.status === 'none' || state.focus.code !== parcel) void focusParcel(parcel)
      const shown = state.selected.status === 'none' ? null : state.selected.shape
      if (selection === null) state.selected = { status: 'none' }
      else if (JSON.stringify(shown) !== JSON.stringify(selection)) void select(selection, true)
    },
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
