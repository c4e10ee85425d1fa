const EARTH_CIRCUMFERENCE_M = 40_075_016.686
const TILE_PX = 512
/** CSS defines an inch as 96 pixels, so a pixel is 0.2646 mm: the scale shown is that of a true CSS pixel. */
const CSS_PIXEL_M = 0.0254 / 96

/** Ground metres under one CSS pixel of web Mercator at this latitude. */
export function metresPerPixel(zoom: number, lat: number): number {
  return (EARTH_CIRCUMFERENCE_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * 2 ** zoom)
}

/** Denominator n of the scale 1:n. */
export function scaleDenominator(zoom: number, lat: number): number {
  return metresPerPixel(zoom, lat) / CSS_PIXEL_M
}

/** Zoom at which the map has the scale 1:`denominator`. */
export function zoomOfScale(denominator: number, lat: number): number {
  return Math.log2((EARTH_CIRCUMFERENCE_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * denominator * CSS_PIXEL_M))
}

/** Scale rounded for people: three significant digits, ۱:۲٬۶۵۰. */
export function roundScale(denominator: number): number {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(denominator)) - 2)
  return Math.round(denominator / magnitude) * magnitude
}

/** The longest round length (1, 2 or 5 × 10ⁿ metres) that fits in `maxPx`, and its pixels. */
export function scaleBar(zoom: number, lat: number, maxPx: number): { lengthM: number; widthPx: number } {
  const perPixel = metresPerPixel(zoom, lat)
  const longest = perPixel * maxPx
  const power = 10 ** Math.floor(Math.log10(longest))
  const lengthM = [5, 2, 1].map((step) => step * power).find((length) => length <= longest) ?? power
  return { lengthM, widthPx: lengthM / perPixel }
}
