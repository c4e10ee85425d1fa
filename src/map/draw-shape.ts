import type { Map as MapLibreMap } from 'maplibre-gl'
import type { LineString, Polygon } from 'geojson'
import {
  TerraDraw,
  TerraDrawCircleMode,
  TerraDrawLineStringMode,
  TerraDrawPolygonMode,
  TerraDrawRectangleMode,
  TerraDrawSelectMode,
} from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { Palette } from './palette.ts'

/** Which shape is drawn: what a tool needs. */
export type DrawnKind = 'rectangle' | 'polygon' | 'circle' | 'line'

const FINISH = 'Finish'

export interface ShapeDrawing {
  stop: () => void
  /** Click where the crosshair stands: drawing by keyboard. */
  clickAtCentre: () => void
  finish: () => void
}

/**
 * Let the reader draw one shape. `onProgress` gets the unfinished geometry at each move, `onDone` the finished one. Loaded only
 * when a drawing tool is taken up (Terra Draw is a third of the page's own script).
 */
export function drawShape(
  map: MapLibreMap,
  kind: DrawnKind,
  palette: Palette,
  onProgress: (shape: Polygon | LineString) => void,
  onDone: (shape: Polygon | LineString) => void,
): ShapeDrawing {
  const line = palette.select as `#${string}`
  const halo = palette.selectHalo as `#${string}`
  const area = { fillColor: line, fillOpacity: 0.09, outlineColor: line, outlineWidth: 2 }
  const points = {
    closingPointColor: halo,
    closingPointOutlineColor: line,
    closingPointWidth: 5,
    closingPointOutlineWidth: 2,
    coordinatePointColor: halo,
    coordinatePointOutlineColor: line,
    coordinatePointWidth: 4,
    coordinatePointOutlineWidth: 2,
  }
  // Enter sets a point (see below), so finishing has a key of its own; Escape belongs to the page.
  const keyEvents = { finish: FINISH, cancel: 'Cancel' }
  const modes = {
    rectangle: () => new TerraDrawRectangleMode({ styles: area, keyEvents }),
    polygon: () => new TerraDrawPolygonMode({ styles: { ...area, ...points }, showCoordinatePoints: true, keyEvents }),
    circle: () => new TerraDrawCircleMode({ styles: area, keyEvents }),
    line: () =>
      new TerraDrawLineStringMode({
        styles: { lineStringColor: line, lineStringWidth: 2, ...points },
        showCoordinatePoints: true,
        keyEvents,
      }),
  }
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, renderBelowLayerId: 'measured-text' }),
    modes: [modes[kind]()],
  })
  const shapeOf = (id: string | number) => {
    const geometry = draw.getSnapshotFeature(id)?.geometry
    return geometry?.type === 'Polygon' || geometry?.type === 'LineString' ? geometry : null
  }
  draw.start()
  draw.setMode(kind === 'line' ? 'linestring' : kind)
  draw.on('change', (ids) => {
    const shape = ids.map((id) => shapeOf(id)).find((found) => found !== null)
    if (shape) onProgress(shape)
  })
  draw.on('finish', (id) => {
    const shape = shapeOf(id)
    // Terra Draw is still inside its own event here: clearing must wait for it.
    if (shape)
      setTimeout(() => {
        draw.clear()
        onDone(shape)
      })
  })
  return {
    stop: () => draw.stop(),
    clickAtCentre: () => click(map),
    finish: () => void map.getCanvas().dispatchEvent(new KeyboardEvent('keyup', { key: FINISH })),
  }
}

/** Let the reader change a drawn polygon: drag its corners, add one at the middle of a side. `onChange` gets it after each change. */
export function editShape(map: MapLibreMap, shape: Polygon, palette: Palette, onChange: (shape: Polygon) => void): ShapeDrawing {
  const line = palette.select as `#${string}`
  const halo = palette.selectHalo as `#${string}`
  const flags = { polygon: { feature: { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true } } } }
  const corner = {
    selectionPointColor: halo,
    selectionPointOutlineColor: line,
    selectionPointWidth: 6,
    selectionPointOutlineWidth: 2,
    midPointColor: line,
    midPointOutlineColor: halo,
    midPointWidth: 4,
    midPointOutlineWidth: 1,
  }
  const selected = {
    selectedPolygonColor: line,
    selectedPolygonFillOpacity: 0.09,
    selectedPolygonOutlineColor: line,
    selectedPolygonOutlineWidth: 2,
  }
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, renderBelowLayerId: 'measured-text' }),
    modes: [new TerraDrawPolygonMode(), new TerraDrawSelectMode({ flags, styles: { ...corner, ...selected }, keyEvents: null })],
  })
  draw.start()
  const [added] = draw.addFeatures([{ type: 'Feature', geometry: shape, properties: { mode: 'polygon' } }])
  draw.setMode('select')
  if (added?.id !== undefined && added.valid) draw.selectFeature(added.id)
  draw.on('finish', (id) => {
    const geometry = draw.getSnapshotFeature(id)?.geometry
    if (geometry?.type === 'Polygon') onChange(geometry)
  })
  return { stop: () => draw.stop(), clickAtCentre: () => {}, finish: () => {} }
}

/** A click of the crosshair, as the drawing library hears it from a mouse. */
function click(map: MapLibreMap): void {
  const canvas = map.getCanvas()
  const box = canvas.getBoundingClientRect()
  const { x, y } = map.project(map.getCenter())
  const at = {
    clientX: box.left + x,
    clientY: box.top + y,
    bubbles: true,
    button: 0,
    isPrimary: true,
    pointerType: 'mouse',
    pointerId: 1,
  }
  for (const type of ['pointermove', 'pointerdown', 'pointerup'])
    canvas.dispatchEvent(new PointerEvent(type, { ...at, buttons: type === 'pointerdown' ? 1 : 0 }))
}
