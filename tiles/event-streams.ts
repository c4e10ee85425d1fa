import type { ServerResponse } from 'node:http'
import type { Audience } from '../src/people/access/types.ts'
import type { TileSet } from './catalogue.ts'
import type { ChangeBatch, ChangeFeed, Standing } from './change-feed.ts'
import { gatherNews, tellViewer, writeEvent, type News, type Viewer } from './tell-changes.ts'

export interface EventStreamOptions {
  feed: ChangeFeed
  catalogue: readonly TileSet[]
  /** Most streams open at once in this process. */
  mostOpen: number
  /** A stream whose client has left this much unread is ended; it comes back and goes on where it was. */
  mostUnsentBytes: number
  /** Each stream hears something at least this often, milliseconds: proxies end silent connections, and a client knows it is not alone. */
  beatMs: number
}

/** The open event streams of this process. */
export interface EventStreams {
  /**
   * Answer with a stream that goes on from `since` (an event's id), or from now. Its head must not have been written yet.
   * False when there are as many as there may be, nothing is known of the database yet, or the client has left.
   */
  open(response: ServerResponse, viewer: Viewer, since: string | null, headers: Record<string, string>): boolean
  count(): number
  /** End all streams and take no more. */
  close(): void
}

/** Streams of viewers who ask for the same: what they are told is cut and written out once. */
interface Group {
  viewer: Viewer
  streams: Set<ServerResponse>
}

/** Beats are spread over their interval in this many turns, by one timer. */
const TURNS = 20
/**
 * Every stream begins this long before the moment asked for. A tile that was asked for while the stream was on its way, or that came
 * from another process which is a poll behind, is then told again rather than never; what is told twice costs the client a comparison.
 */
const OVERLAP_MS = 10_000
/** Streams told in one go: some milliseconds. */
const SLICE = 200
/** Clients told of the same tiles spread their requests: 10,000 over a second, a hundred over a hundredth of it. */
const SPREAD_MS_PER_STREAM = 0.1
const MOST_SPREAD_MS = 1_000

export function openEventStreams({ feed, catalogue, mostOpen, mostUnsentBytes, beatMs }: EventStreamOptions): EventStreams {
  const groups = new Map<string, Group>()
  const turns = Array.from({ length: TURNS }, () => new Set<ServerResponse>())
  const standings: { at: number; snapshot: string }[] = []
  let missed: { snapshot: string; news: Map<string, { news: News; isKnown: boolean }> } = { snapshot: '', news: new Map() }
  const queue: Generator<void>[] = []
  let open = 0
  let turn = 0
  let isClosed = false

  const stopListening = feed.onBatch(tell)
  const timer = setInterval(beat, beatMs / TURNS).unref()

  function tell(batch: ChangeBatch) {
    queue.push(deliver(batch))
    if (queue.length === 1) drain()
  }

  /** Thousands of streams are told in slices, so that nobody else waits for them to be through. One batch after the other. */
  function drain() {
    for (let told = 0; queue.length > 0 && !isClosed; told++) {
      if (told === SLICE) return void setImmediate(drain)
      if (queue[0]!.next().done) queue.shift()
    }
  }

  /** One step a stream. A stream opened meanwhile may be told what it knows: that costs a comparison. */
  function* deliver(batch: ChangeBatch): Generator<void> {
    const spread = Math.min(MOST_SPREAD_MS, Math.round(open * SPREAD_MS_PER_STREAM))
    const news = new Map<Audience, News>()
    for (const { viewer, streams } of groups.values()) {
      let known = news.get(viewer.audience)
      if (!known) news.set(viewer.audience, (known = gatherNews(batch, viewer.audience, catalogue)))
      const frames = tellViewer(known, viewer, batch.standing.snapshot, spread)
      if (frames === '') {
        yield
        continue
      }
      const bytes = Buffer.from(frames)
      for (const stream of streams) {
        write(stream, bytes)
        yield
      }
    }
  }

  function beat() {
    const standing = feed.standing()
    if (standing) remember(standing.snapshot)
    // The id moves on though nothing happened here: who comes back later has less to catch up on. Not past what is still to be told.
    const id = standing && queue.length === 0 ? `id: ${standing.snapshot}\n` : ''
    const bytes = Buffer.from(`${id}${writeEvent('beat', {})}`)
    for (const stream of turns[(turn = (turn + 1) % TURNS)]!) write(stream, bytes)
  }

  function remember(snapshot: string) {
    const now = performance.now()
    standings.push({ at: now, snapshot })
    while (standings.length > 1 && standings[1]!.at < now - OVERLAP_MS) standings.shift()
  }

  function write(stream: ServerResponse, bytes: Buffer) {
    if (stream.destroyed) return
    if (stream.writableLength + bytes.length > mostUnsentBytes) stream.destroy()
    else stream.write(bytes)
  }

  /** What happened after `since` and in the last seconds. Many come back at once after an interruption, and most ask for the same. */
  function recall(since: string | null, audience: Audience, standing: Standing): { news: News; isKnown: boolean } {
    if (missed.snapshot !== standing.snapshot) missed = { snapshot: standing.snapshot, news: new Map() }
    const key = `${audience} ${since}`
    let recalled = missed.news.get(key)
    if (!recalled) {
      const asked = since === null ? null : feed.since(since)
      const recent = standings[0] ? feed.since(standings[0].snapshot) : null
      const unique = <Change extends { version: number }>(changes: Change[]) => [
        ...new Map(changes.map((change) => [change.version, change])).values(),
      ]
      const news = gatherNews(
        {
          tiles: unique([...(asked?.tiles ?? []), ...(recent?.tiles ?? [])]),
          states: unique([...(asked?.states ?? []), ...(recent?.states ?? [])]),
          standing,
        },
        audience,
        catalogue,
      )
      recalled = { news, isKnown: asked !== null }
      if (missed.news.size < MOST_RECALLED) missed.news.set(key, recalled)
    }
    return recalled
  }

  function enter(stream: ServerResponse, viewer: Viewer) {
    const key = `${viewer.audience} ${viewer.sets.join()} ${viewer.bbox?.join() ?? ''}`
    let group = groups.get(key)
    if (!group) groups.set(key, (group = { viewer, streams: new Set() }))
    const members = group.streams.add(stream)
    const mine = turns[open++ % TURNS]!.add(stream)
    stream.once('close', () => {
      open--
      mine.delete(stream)
      members.delete(stream)
      if (members.size === 0 && groups.get(key)?.streams === members) groups.delete(key)
    })
  }

  return {
    open(response, viewer, since, headers) {
      const standing = feed.standing()
      if (isClosed || response.destroyed || open >= mostOpen || !standing) return false
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no', // nginx would hold events back to fill its buffer
      })
      response.socket?.setTimeout(0)
      response.socket?.setNoDelay(true)
      response.socket?.setKeepAlive(true, 60_000)
      const { news, isKnown } = recall(since, viewer.audience, standing)
      const frames = tellViewer(news, viewer, standing.snapshot, 0)
      // Browsers come back by themselves after this time; drawn by lot, so that not all do at once.
      const retry = `retry: ${2_000 + Math.floor(Math.random() * 3_000)}\n`
      response.write(
        `${retry}${frames}id: ${standing.snapshot}\n${writeEvent('ready', { resumed: isKnown, written: standing.lsn })}`,
      )
      enter(response, viewer)
      return true
    },
    count: () => open,
    close() {
      isClosed = true
      stopListening()
      clearInterval(timer)
      for (const { streams } of groups.values()) for (const stream of streams) stream.destroy()
    },
  }
}

/** What was recalled for so many different moments is kept until the next change. */
const MOST_RECALLED = 1_000
