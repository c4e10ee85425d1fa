import { once } from 'node:events'
import http from 'node:http'
import type { TileRequest } from './traffic/trace.ts'

/** An open map's stream of events. */
export interface OpenEvents {
  /** Resolves with the version when the stream says that this tile has changed. */
  waitFor(tile: TileRequest): Promise<number>
  close(): void
}

const PATIENCE_MS = 10_000

/** Listen as a browser does (text/event-stream), from the moment the server says it is ready. */
export async function openEvents(url: string): Promise<OpenEvents> {
  const waiting = new Set<(event: { set: string; version: number; tiles: [number, number, number][]; all?: true }) => void>()
  const request = http.get(url, { agent: false })
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`)
  const ready = Promise.withResolvers<void>()
  let unread = ''
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    unread += text
    for (let end = unread.indexOf('\n\n'); end >= 0; end = unread.indexOf('\n\n')) {
      const fields = new Map(unread.slice(0, end).split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string])) // prettier-ignore
      unread = unread.slice(end + 2)
      if (fields.get('event') === 'ready') ready.resolve()
      if (fields.get('event') === 'tiles') for (const tell of waiting) tell(JSON.parse(fields.get('data')!))
    }
  })
  answer.on('error', () => undefined) // closed by us
  await ready.promise
  return {
    waitFor: (tile) =>
      new Promise((resolve, reject) => {
        const tell = (event: { set: string; version: number; tiles: [number, number, number][]; all?: true }) => {
          const isIn = event.all || event.tiles.some(([z, x, y]) => z === tile.z && x === tile.x && y === tile.y)
          if (event.set !== tile.set || !isIn) return
          finish()
          resolve(event.version)
        }
        const timer = setTimeout(() => {
          finish()
          reject(new Error(`no event told of ${tile.set}/${tile.z}/${tile.x}/${tile.y} in ${PATIENCE_MS / 1000} s`))
        }, PATIENCE_MS)
        const finish = () => {
          clearTimeout(timer)
          waiting.delete(tell)
        }
        waiting.add(tell)
      }),
    close: () => request.destroy(),
  }
}
