import type { Position } from 'geojson'
import { decodeLine, encodeLine } from './compact-line.ts'
import { defaultLayers, isLayerId, LAYERS, type LayerSettings } from './layer-catalogue.ts'

export interface View {
  zoom: number
  lat: number
  lon: number
  bearing: number
  pitch: number
}

export const TOOLS = [
  'pan',
  'select-rectangle',
  'select-polygon',
  'select-circle',
  'select-street',
  'select-edit',
  'measure-length',
  'measure-area',
] as const
export type Tool = (typeof TOOLS)[number]

/** What was drawn or named to select many parcels. The server computes which they are. */
export type SelectionShape =
  | { kind: 'polygon'; ring: Position[] } // closed ring, lon/lat
  | { kind: 'circle'; center: Position; radiusM: number }
  | { kind: 'street'; streetId: number; distanceM: number }
  | { kind: 'neighbourhood'; neighbourhoodId: number }

/** All that a link to the map carries. `view` null = show the whole city. */
export interface MapAddress {
  view: View | null
  parcel: string | null
  layers: LayerSettings
  selection: SelectionShape | null
  tool: Tool
  is3d: boolean
  isHatched: boolean
  query: string
}

/** Read the address of the map. Nonsense in one part leaves that part at its default; it never fails. */
export function parseAddress(search: URLSearchParams): MapAddress {
  return {
    view: parseView(search.get('at')),
    parcel: search.get('parcel')?.slice(0, 64) || null,
    layers: parseLayers(search.get('layers'), search.get('opacity')),
    selection: parseSelection(search.get('sel')),
    tool: TOOLS.find((tool) => tool === search.get('tool')) ?? 'pan',
    is3d: search.get('3d') === '1',
    isHatched: search.get('hatch') === '1',
    query: search.get('q')?.slice(0, 200) ?? '',
  }
}

/** Write the address: only what differs from the default, in a fixed order, so that equal views have equal links. */
export function formatAddress(address: MapAddress): string {
  const { layers, opacity } = formatLayers(address.layers)
  const parts: [string, string | null][] = [
    ['at', address.view && formatView(address.view)],
    ['parcel', address.parcel],
    ['layers', layers],
    ['opacity', opacity],
    ['sel', address.selection && formatSelection(address.selection)],
    ['tool', address.tool === 'pan' ? null : address.tool],
    ['3d', address.is3d ? '1' : null],
    ['hatch', address.isHatched ? '1' : null],
    ['q', address.query.trim() || null],
  ]
  const query = parts.filter(([, value]) => value !== null).map(([name, value]) => `${name}=${escape(value ?? '')}`)
  return query.length === 0 ? '' : '?' + query.join('&')
}

/** Parts that may be read by eye stay readable: a query may hold `/ , : ~` as they are (RFC 3986). */
function escape(value: string): string {
  return encodeURIComponent(value).replace(/%2F/g, '/').replace(/%2C/g, ',').replace(/%3A/g, ':')
}

function parseView(text: string | null): View | null {
  if (text === null) return null
  const [zoom, lat, lon, bearing = 0, pitch = 0] = text.split('/').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (zoom === undefined || lat === undefined || lon === undefined) return null
  if (![zoom, lat, lon, bearing, pitch].every(Number.isFinite)) return null
  if (zoom < 0 || zoom > 24 || Math.abs(lat) > 85 || Math.abs(lon) > 180 || pitch < 0 || pitch > 60) return null
  return { zoom, lat, lon, bearing: ((bearing + 540) % 360) - 180, pitch }
}

/** `<zoom>/<lat>/<lon>`, then bearing and pitch when the map is turned. As many decimals as a pixel needs. */
export function formatView(view: View): string {
  const decimals = view.zoom < 12 ? 4 : view.zoom < 16 ? 5 : 6
  const parts = [trim(view.zoom, 2), trim(view.lat, decimals), trim(view.lon, decimals)]
  const bearing = trim(view.bearing, 1)
  const pitch = trim(view.pitch, 0)
  if (bearing !== '0' || pitch !== '0') parts.push(bearing, pitch)
  return parts.join('/')
}

function trim(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)) + 0)
}

/** `layers` names the visible ones, `none` when there are none; absent = the default set. */
function parseLayers(names: string | null, opacities: string | null): LayerSettings {
  const settings = defaultLayers()
  if (names !== null) {
    const visible = names.split(',')
    for (const layer of LAYERS) settings[layer.id].isOn = visible.includes(layer.id)
  }
  for (const part of opacities?.split(',') ?? []) {
    const [id = '', percent = ''] = part.split(':')
    const value = Number(percent)
    if (isLayerId(id) && percent !== '' && value >= 0 && value <= 100) settings[id].opacity = Math.round(value)
  }
  return settings
}

function formatLayers(settings: LayerSettings): { layers: string | null; opacity: string | null } {
  const isDefault = LAYERS.every((layer) => settings[layer.id].isOn === layer.isOnByDefault)
  const visible = LAYERS.filter((layer) => settings[layer.id].isOn).map((layer) => layer.id)
  const opacity = LAYERS.filter((layer) => layer.opacity !== null && settings[layer.id].opacity !== layer.opacity)
  return {
    layers: isDefault ? null : visible.join(',') || 'none',
    opacity: opacity.length === 0 ? null : opacity.map((layer) => `${layer.id}:${settings[layer.id].opacity}`).join(','),
  }
}

/** `p.<line>` polygon, `c.<point>.<metres>` circle, `s.<street id>.<metres>` along a street, `n.<neighbourhood id>`. */
function parseSelection(text: string | null): SelectionShape | null {
  const [kind, first = '', second = ''] = text?.split('.') ?? []
  if (kind === 'p') {
    const line = decodeLine(first)
    const start = line?.[0]
    return line === null || start === undefined || line.length < 3 ? null : { kind: 'polygon', ring: [...line, start] }
  }
  if (kind === 'c') {
    const center = decodeLine(first)?.[0]
    const radiusM = Number(second)
    return center === undefined || !(radiusM > 0) || radiusM > 5000 ? null : { kind: 'circle', center, radiusM }
  }
  if (kind === 's') {
    const streetId = Number(first)
    const distanceM = Number(second)
    return Number.isSafeInteger(streetId) && streetId > 0 && distanceM > 0 && distanceM <= 5000
      ? { kind: 'street', streetId, distanceM }
      : null
  }
  if (kind === 'n') {
    const neighbourhoodId = Number(first)
    return Number.isSafeInteger(neighbourhoodId) && neighbourhoodId > 0 ? { kind: 'neighbourhood', neighbourhoodId } : null
  }
  return null
}

function formatSelection(shape: SelectionShape): string {
  if (shape.kind === 'polygon') return `p.${encodeLine(shape.ring.slice(0, -1))}`
  if (shape.kind === 'circle') return `c.${encodeLine([shape.center])}.${Math.round(shape.radiusM)}`
  if (shape.kind === 'street') return `s.${shape.streetId}.${Math.round(shape.distanceM)}`
  return `n.${shape.neighbourhoodId}`
}
