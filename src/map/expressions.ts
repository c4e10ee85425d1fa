import type { DataDrivenPropertyValueSpecification, ExpressionSpecification } from 'maplibre-gl'
import { metresPerPixel } from './map-scale.ts'
import { LAND_USE_HUES, type Palette } from './palette.ts'

const NEAR = 8
const FAR = 22

/**
 * Pixels of a length in metres, true at every zoom: web Mercator doubles with each zoom, so an exponential of base 2 between
 * two zooms is exact. `metres` may be a number or an expression of the feature; `lat` is that of the city's centre.
 */
export function pixelsOfMetres(metres: number | ExpressionSpecification, lat: number): ExpressionSpecification {
  const at = (zoom: number): ExpressionSpecification => ['/', metres, metresPerPixel(zoom, lat)]
  return ['interpolate', ['exponential', 2], ['zoom'], NEAR, at(NEAR), FAR, at(FAR)]
}

/** As `pixelsOfMetres`, never thinner than `leastPx`. Exact in metres once wider than that. */
export function pixelsAtLeast(metres: ExpressionSpecification, lat: number, leastPx: number): ExpressionSpecification {
  const at = (zoom: number): ExpressionSpecification => ['max', leastPx, ['/', metres, metresPerPixel(zoom, lat)]]
  const stops = Array.from({ length: FAR - NEAR + 1 }, (_, i) => NEAR + i).flatMap((zoom) => [zoom, at(zoom)])
  return ['interpolate', ['exponential', 2], ['zoom'], ...stops] as unknown as ExpressionSpecification
}

/** The class of the feature with the residential density in it (`RES1`…), `NONE` where the source does not say. */
export const LAND_USE_HUE: ExpressionSpecification = [
  'case',
  ['==', ['get', 'land_use'], 'RES'],
  ['concat', 'RES', ['to-string', ['coalesce', ['get', 'density'], 2]]],
  ['coalesce', ['get', 'land_use'], 'NONE'],
]

/** The colour of a feature's land use; `tint` may change each hue (for buildings in 3D). */
export function colourOfUse(
  palette: Palette,
  tint: (hue: string) => string = (hue) => hue,
): DataDrivenPropertyValueSpecification<string> {
  const pairs = LAND_USE_HUES.flatMap((hue) => [hue, tint(palette.uses[hue])])
  return ['match', LAND_USE_HUE, ...pairs, tint(palette.uses.NONE)] as unknown as ExpressionSpecification
}

/** Right-of-way width of a street segment in metres; by its class when the source does not know it. */
export const STREET_WIDTH_M: ExpressionSpecification = [
  'coalesce',
  ['get', 'width_m'],
  ['match', ['get', 'class'], 'arterial-1', 36, 'arterial-2', 24, 'collector', 14, 'alley', 5, 'pedestrian', 5, 10],
]

export const IS_ARTERIAL: ExpressionSpecification = ['in', ['get', 'class'], ['literal', ['arterial-1', 'arterial-2']]]
export const IS_COLLECTOR: ExpressionSpecification = ['==', ['get', 'class'], 'collector']
/** A street whose class the source does not say is labelled like a collector: better too early than never. */
export const IS_LABELLED_AS_COLLECTOR: ExpressionSpecification = ['in', ['get', 'class'], ['literal', ['collector', 'unknown']]]

/** The name of a feature in the language of the page, or in the other one when it has only that. */
export function nameIn(locale: 'fa' | 'en'): ExpressionSpecification {
  return locale === 'fa'
    ? ['coalesce', ['get', 'name_fa'], ['get', 'name_en'], '']
    : ['coalesce', ['get', 'name_en'], ['get', 'name_fa'], '']
}

/** Digits of a text in the language of the page: a plate may be «۱۲/۱», so it is text, not a number. */
export function digitsIn(locale: 'fa' | 'en', text: ExpressionSpecification): ExpressionSpecification {
  if (locale === 'en') return text
  return [...'۰۱۲۳۴۵۶۷۸۹'].reduce<ExpressionSpecification>(
    (inner, digit, value) => ['join', ['split', inner, String(value)], digit] as unknown as ExpressionSpecification,
    text,
  )
}
