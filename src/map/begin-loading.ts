import type * as MapLibre from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

type Library = typeof MapLibre
let loading: Promise<Library> | null = null

/**
 * Load MapLibre once, for the map page only. Called as soon as the page's own script runs, so that the library and its worker are
 * on their way while the page is still being brought to life. Does nothing on the server.
 */
export function beginLoadingMap(): Promise<Library> | null {
  if (typeof document === 'undefined') return null
  loading ??= loadMapLibre()
  // Whoever waits for it hears of a failure; until then nobody does, and the next call tries again.
  loading.catch(() => (loading = null))
  return loading
}

async function loadMapLibre(): Promise<Library> {
  // The worker's script comes along with the library, not after it.
  void fetch(workerUrl).catch(() => {})
  const library = await import('maplibre-gl')
  library.setWorkerUrl(workerUrl)
  library.prewarm()
  return library
}
