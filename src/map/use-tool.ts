import type { LineString, Polygon } from 'geojson'
import type { GeoJSONSource } from 'maplibre-gl'
import { formatArea, formatLength } from '#src/kernel/numbers.ts'
import { announce, toast } from '#src/ui/components/announce.svelte.ts'
import { m } from '#src/ui/paraglide/messages.js'
import { askApi } from './ask-api.ts'
import type { DrawnKind, ShapeDrawing } from './draw-shape.ts'
import type { MapActions } from './map-actions.ts'
import type { MapState } from './map-state.svelte.ts'
import type { OpenMap } from './open-map.ts'
import type { Palette } from './palette.ts'
import type { Tool } from './url-state.ts'

const SHAPES: Partial<Record<Tool, DrawnKind>> = {
  'select-rectangle': 'rectangle',
  'select-polygon': 'polygon',
  'select-circle': 'circle',
  'measure-length': 'line',
  'measure-area': 'polygon',
}

export interface ToolInHand {
  putDown: () => void
}

/**
 * Take a drawing tool in hand. Drawing itself is loaded now, on first use. What is drawn goes to the server: it selects and it
 * measures; sizes shown while drawing are approximate and say so. By keyboard: arrows move the map under the crosshair, Enter
 * sets a point, Shift+Enter finishes.
 */
export function useTool(
  tool: Tool,
  open: OpenMap,
  palette: Palette,
  state: MapState,
  actions: MapActions,
  locale: 'fa' | 'en',
): ToolInHand {
  if (tool === 'select-edit') return editSelection(open, palette, state, actions)
  const kind = SHAPES[tool]
  if (kind === undefined) return { putDown: () => {} }
  let isPutDown = false
  let drawing: ShapeDrawing | null = null
  const canvas = open.map.getCanvas()
  const showMeasured = (data: Parameters<GeoJSONSource['setData']>[0]) =>
    open.map.getSource<GeoJSONSource>('measured')?.setData(data)

  async function takeUp(shape: DrawnKind) {
    const [{ drawShape }, { approximateSize }] = await Promise.all([import('./draw-shape.ts'), import('./approximate-size.ts')])
    if (isPutDown) return
    drawing = drawShape(
      open.map,
      shape,
      palette,
      (draft) => (state.drawingHint = isDrawable(draft) ? approximateSize(draft) : null),
      (shape) => void finish(shape),
    )
    canvas.addEventListener('keydown', press)
    open.map.doubleClickZoom.disable()
  }

  async function finish(shape: Polygon | LineString) {
    state.drawingHint = null
    if (tool.startsWith('measure')) return measure(shape)
    if (shape.type !== 'Polygon' || shape.coordinates[0] === undefined) return
    const [ring] = shape.coordinates
    state.address.tool = 'pan'
    await actions.select(tool === 'select-circle' ? circleOf(ring) : { kind: 'polygon', ring })
  }

  async function measure(shape: Polygon | LineString) {
    try {
      const size = await askApi<{ lengthM: number; areaM2: number | null }>('/api/measure', locale, { body: shape })
      const areaM2 = shape.type === 'Polygon' ? size.areaM2 : null
      state.measurement = { lengthM: size.lengthM, areaM2, isApproximate: false }
      const text = areaM2 === null ? formatLength(size.lengthM, locale) : formatArea(areaM2, locale)
      announce(m.map_measured({ size: text }))
      void showMeasured(drawMeasured(shape, text))
    } catch (cause) {
      toast(m.map_measure_failed({ reason: cause instanceof Error ? cause.message : String(cause) }))
    }
  }

  function press(event: KeyboardEvent) {
    if (event.key !== 'Enter') return
    event.preventDefault()
    if (event.shiftKey) drawing?.finish()
    else drawing?.clickAtCentre()
  }

  takeUp(kind).catch(() => putBack(state))
  return {
    putDown() {
      isPutDown = true
      drawing?.stop()
      canvas.removeEventListener('keydown', press)
      open.map.doubleClickZoom.enable()
      state.drawingHint = null
      void showMeasured({ type: 'FeatureCollection', features: [] })
    },
  }
}

/** Corners of the selection's polygon to be dragged; the server selects again after each change. */
function editSelection(open: OpenMap, palette: Palette, state: MapState, actions: MapActions): ToolInHand {
  const shape = state.selected.status === 'none' ? null : state.selected.shape
  if (shape?.kind !== 'polygon') {
    state.address.tool = 'pan'
    return { putDown: () => {} }
  }
  let drawing: ShapeDrawing | null = null
  let isPutDown = false
  const fetched = import('./draw-shape.ts').then(({ editShape }) => {
    if (isPutDown) return
    drawing = editShape(open.map, { type: 'Polygon', coordinates: [shape.ring] }, palette, ({ coordinates: [ring] }) => {
      if (ring) void actions.select({ kind: 'polygon', ring })
    })
  })
  fetched.catch(() => putBack(state))
  return {
    putDown() {
      isPutDown = true
      drawing?.stop()
    },
  }
}

/** The tool's script did not come (the line is down): a tool that looks taken up and draws nothing would be worse than none. */
function putBack(state: MapState): void {
  state.address.tool = 'pan'
  toast(m.map_failed_detail())
}

/** A polygon of fewer than three points is not one yet. */
function isDrawable(shape: Polygon | LineString): boolean {
  return shape.type === 'LineString' ? shape.coordinates.length >= 2 : (shape.coordinates[0]?.length ?? 0) >= 4
}

/** The circle that was drawn as a ring: its centre, and its radius on the ground along the north. */
function circleOf(ring: readonly number[][]): { kind: 'circle'; center: number[]; radiusM: number } {
  const lons = ring.map(([lon = 0]) => lon)
  const lats = ring.map(([, lat = 0]) => lat)
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  return {
    kind: 'circle',
    center: [(Math.min(...lons) + Math.max(...lons)) / 2, (south + north) / 2],
    radiusM: Math.max(1, Math.round(((north - south) / 2) * 111_195)),
  }
}

function drawMeasured(shape: Polygon | LineString, text: string): GeoJSON.FeatureCollection {
  const points = shape.type === 'LineString' ? shape.coordinates : (shape.coordinates[0]?.slice(0, -1) ?? [])
  return {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: {}, geometry: shape },
      ...points.map((at) => ({
        type: 'Feature' as const,
        properties: {},
        geometry: { type: 'Point' as const, coordinates: at },
      })),
      { type: 'Feature', properties: { text }, geometry: { type: 'Point', coordinates: placeOfText(shape) } },
    ],
  }
}

/** The figure stands at the middle of a line's length, at the middle of an area. */
function placeOfText(shape: Polygon | LineString): number[] {
  const points = shape.type === 'LineString' ? shape.coordinates : (shape.coordinates[0]?.slice(0, -1) ?? [])
  if (shape.type === 'Polygon')
    return [0, 1].map((axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / points.length)
  const lengths = points
    .slice(1)
    .map((point, i) => Math.hypot((point[0] ?? 0) - (points[i]?.[0] ?? 0), (point[1] ?? 0) - (points[i]?.[1] ?? 0)))
  let rest = lengths.reduce((sum, length) => sum + length, 0) / 2
  for (const [i, length] of lengths.entries()) {
    if (rest <= length)
      return [0, 1].map(
        (axis) =>
          (points[i]?.[axis] ?? 0) +
          ((points[i + 1]?.[axis] ?? 0) - (points[i]?.[axis] ?? 0)) * (length === 0 ? 0 : rest / length),
      )
    rest -= length
  }
  return points[0] ?? [0, 0]
}
