import type { Map as MapLibreMap } from 'maplibre-gl'

/** How long a changed feature is outlined, and how much of that it takes to fade; milliseconds. */
const GLOW_MS = 2_000
const FADE_MS = 700
const STEP_MS = 70
/** More at once are not looked at one by one. */
const MOST_GLOWING = 60

export interface Glow {
  (set: string, layer: string, id: number): void
  /** The tiles that show the change have come: what glows does so from now on. */
  prolong(): void
  close(): void
}

/** Outlines features for a moment (feature state `glow`, 1 to 0). For who asked for stillness it does not fade, it ends. */
export function createGlow(map: MapLibreMap, isStill: boolean): Glow {
  const glowing = new Map<string, { target: { source: string; sourceLayer: string; id: number }; until: number }>()
  let timer: ReturnType<typeof setInterval> | undefined

  function step() {
    for (const [key, { target, until }] of glowing) {
      const left = until - performance.now()
      if (left <= 0) {
        glowing.delete(key)
        map.removeFeatureState(target, 'glow')
      } else if (left < FADE_MS && !isStill) map.setFeatureState(target, { glow: left / FADE_MS })
    }
    if (glowing.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  const glow = (set: string, layer: string, id: number) => {
    const key = `${set} ${layer} ${id}`
    if (glowing.size >= MOST_GLOWING && !glowing.has(key)) return
    const target = { source: set, sourceLayer: layer, id }
    glowing.set(key, { target, until: performance.now() + GLOW_MS })
    map.setFeatureState(target, { glow: 1 })
    timer ??= setInterval(step, STEP_MS)
  }
  return Object.assign(glow, {
    prolong() {
      const until = performance.now() + GLOW_MS
      for (const feature of glowing.values()) {
        feature.until = until
        map.setFeatureState(feature.target, { glow: 1 })
      }
    },
    close: () => clearInterval(timer),
  })
}
