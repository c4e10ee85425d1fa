import type pg from 'pg'
import type { ChangeFeed } from '#tiles/change-feed.ts'
import type { Tiles } from '#tiles/find-tile.ts'
import { openGroundsKeeper } from '#tiles/keep-grounds.ts'
import { keepTiles } from '#tiles/keep-tiles.ts'
import type { Config } from './kernel/config.ts'
import type { Log } from './kernel/log.ts'

export interface KeepMapOptions {
  config: Config
  pool: pg.Pool
  feed: ChangeFeed
  tiles: Tiles
  log: Log
  signal: AbortSignal
}

/** What a process does for the map beside answering, until `signal`. */
export async function keepMap({ config, pool, feed, tiles, log, signal }: KeepMapOptions): Promise<void> {
  let told = 0
  // Edits that no request of this process made: of other processes, of a hand in psql.
  const grounds = openGroundsKeeper(pool, { onError: (err) => log.warn({ err }, 'low zooms could not follow the land') })
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.all([
    ended.then(() => grounds.close()),
    config.keepsTiles &&
      keepTiles({
        pool,
        feed,
        tiles,
        signal,
        onProgress({ done, total, made }) {
          const tenth = Math.floor((10 * done) / Math.max(total, 1))
          if (tenth !== told) log.info({ done, total, made }, 'tiles are being stored')
          told = tenth
        },
      }),
  ])
}
