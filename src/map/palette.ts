import type { LandUse } from '#src/land/parcels/types.ts'

/** Every colour the map draws with. One source: the design tokens (`--m-*`, `--lu-*`), read when the theme changes. */
export interface Palette {
  theme: 'light' | 'dark'
  paper: string
  ground: string
  street: string
  streetEdge: string
  arterial: string
  arterialEdge: string
  parcel: string
  block: string
  water: string
  waterEdge: string
  bank: string
  tree: string
  label: string
  labelHalo: string
  quarter: string
  waterLabel: string
  select: string
  selectHalo: string
  danger: string
  accent: string
  /** Brown in light, ivory in dark: what buildings are mixed with. */
  buildingInk: string
  uses: Record<LandUseHue, string>
}

/** Residential has a hue for each density; NONE = the source does not say. */
export type LandUseHue = 'RES1' | 'RES2' | 'RES3' | 'NONE' | Exclude<LandUse, 'RES'>
export const LAND_USE_HUES = [
  'RES1',
  'RES2',
  'RES3',
  'MIX',
  'COM',
  'EDU',
  'HED',
  'ADM',
  'HLT',
  'CUL',
  'REL',
  'SPO',
  'GRN',
  'TOU',
  'HER',
  'UEQ',
  'UTL',
  'TRN',
  'IND',
  'MIL',
  'AGR',
  'NAT',
  'BUF',
  'VAC',
  'NONE',
] as const satisfies readonly LandUseHue[]

const TOKENS = {
  paper: '--paper',
  ground: '--m-ground',
  street: '--m-street',
  streetEdge: '--m-street-edge',
  arterial: '--m-arterial',
  arterialEdge: '--m-arterial-edge',
  parcel: '--m-parcel',
  block: '--m-block',
  water: '--m-water',
  waterEdge: '--m-water-edge',
  bank: '--m-bank',
  tree: '--m-tree',
  label: '--m-label',
  labelHalo: '--m-label-halo',
  quarter: '--m-quarter',
  waterLabel: '--m-water-label',
  select: '--m-select',
  selectHalo: '--m-select-halo',
  danger: '--danger',
  accent: '--accent',
} as const

/**
 * Read the palette of a theme. `read` gives a custom property's value, e.g. from `getComputedStyle`.
 * Throws when a token is missing, so that a renamed token is noticed instead of drawn black.
 */
export function readPalette(theme: 'light' | 'dark', read: (token: string) => string): Palette {
  const colour = (token: string) => {
    const value = read(token).trim()
    if (value === '') throw new Error(`Design token ${token} is missing`)
    return value
  }
  const named = Object.fromEntries(Object.entries(TOKENS).map(([name, token]) => [name, colour(token)]))
  const uses = Object.fromEntries(
    LAND_USE_HUES.map((hue) => [hue, hue === 'BUF' ? 'rgba(0,0,0,0)' : colour(`--lu-${hue.toLowerCase()}`)]),
  )
  // The mixing colours are of the style, not of the interface: brick shadow by day, lamplight by night.
  return { theme, ...named, buildingInk: theme === 'light' ? '#6b4a1e' : '#f0e9da', uses } as unknown as Palette
}

/** Mix two `#rrggbb` colours; `share` of the second, 0…1. Anything else (transparent) is given back unmixed. */
export function mixColours(first: string, second: string, share: number): string {
  const a = channels(first)
  const b = channels(second)
  if (a === null || b === null) return first
  return (
    '#' +
    a
      .map((value, i) =>
        Math.round(value + ((b[i] ?? value) - value) * share)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')
  )
}

function channels(colour: string): number[] | null {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1]
  return hex === undefined ? null : [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16))
}
