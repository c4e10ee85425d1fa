import { Counter, Gauge, Histogram } from '@prometheus-io/client'
import { SECONDS, type Metrics } from '../src/kernel/metrics.ts'

/** Where the answer came from: the process's memory, the table, PostGIS just now, or the knowledge that nothing is there. */
export type TileSource = 'memory' | 'store' | 'rendered' | 'empty'

/** Why a tile was not given. `left`: the client went away. */
export type TileRefusal = 'busy' | 'too-slow' | 'database' | 'left' | 'failed'

/** What is waiting, read when the metrics are asked for. */
export interface QueueState {
  waiting: number
  /** How long the oldest has waited, seconds; 0 when none waits. */
  oldestSeconds: number
}

/** What memory holds of tiles, read when the metrics are asked for. */
export interface MemoryState {
  tiles: number
  bytes: number
}

/**
 * What the tile service tells of its work. Costs under a microsecond a call; names are from the catalogue and zooms from checked
 * addresses, so that nobody's request can make new series.
 */
export interface TileMetrics {
  /** A tile (or a 304 of it) has been answered, `seconds` after it was asked for. */
  answered(set: string, zoom: number, source: TileSource, seconds: number): void
  /** PostGIS made one layer of a tile in `seconds`. */
  layerRendered(set: string, layer: string, seconds: number): void
  refused(reason: TileRefusal): void
  /** The table of tiles could not be read or written (`full`: no room); the tile was answered without it. */
  storeFailed(action: 'read' | 'write'): void
  /** A cache in front was asked for a changed tile. */
  cacheRefreshed(result: 'done' | 'failed'): void
  /** `requests`: tiles asked for that memory does not hold. `changes`: changed tiles to be made again in the background. */
  watchQueue(queue: 'requests' | 'changes', read: () => QueueState): void
  watchMemory(read: () => MemoryState): void
}

/** For those whom nobody measures: does nothing. */
export const UNMEASURED: TileMetrics = {
  answered() {},
  layerRendered() {},
  refused() {},
  storeFailed() {},
  cacheRefreshed() {},
  watchQueue() {},
  watchMemory() {},
}

/** Register the tile service's metrics, all beginning with `barzan_tile`. Once per registry. */
export function measureTiles(metrics: Metrics): TileMetrics {
  const registers = [metrics]
  const answers = new Histogram({
    name: 'barzan_tile_answer_seconds',
    help: 'Time from a tile being asked for to its answer being handed over, by where it came from (memory and store are cache hits).',
    labelNames: ['set', 'zoom', 'source'],
    buckets: SECONDS,
    registers,
  })
  const layers = new Histogram({
    name: 'barzan_tile_layer_seconds',
    help: 'Time PostGIS took for one layer of a tile.',
    labelNames: ['set', 'layer'],
    buckets: SECONDS,
    registers,
  })
  const count = (name: string, help: string, label: string) => new Counter({ name, help, labelNames: [label], registers })
  const refusals = count('barzan_tile_refusals_total', 'Tiles not given, by reason.', 'reason')
  const failures = count('barzan_tile_store_failures_total', 'Reads and writes of the table of tiles that failed.', 'action')
  const refreshes = count(
    'barzan_tile_cache_refreshes_total',
    'Changed tiles that caches in front were asked to fetch.',
    'result',
  )

  const queues = new Map<string, () => QueueState>()
  const gauge = (name: string, help: string, read: (state: QueueState) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['queue'],
      registers,
      collect() {
        for (const [queue, state] of queues) this.set({ queue }, read(state()))
      },
    })
  gauge('barzan_tile_queue_waiting', 'Tiles waiting to be made.', (state) => state.waiting)
  gauge('barzan_tile_queue_oldest_seconds', 'How long the oldest has waited.', (state) => state.oldestSeconds)

  return {
    answered: (set, zoom, source, seconds) => answers.observe({ set, zoom, source }, seconds),
    layerRendered: (set, layer, seconds) => layers.observe({ set, layer }, seconds),
    refused: (reason) => refusals.inc({ reason }),
    storeFailed: (action) => failures.inc({ action }),
    cacheRefreshed: (result) => refreshes.inc({ result }),
    watchQueue: (queue, read) => void queues.set(queue, read),
    watchMemory(read) {
      const watch = (name: string, help: string, value: (state: MemoryState) => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(value(read()))
          },
        })
      watch('barzan_tile_memory_bytes', 'Bytes of tiles kept in memory.', (state) => state.bytes)
      watch('barzan_tile_memory_tiles', 'Tiles kept in memory.', (state) => state.tiles)
    },
  }
}
