import type { Bbox } from '#src/kernel/bbox.ts'
import type { TileTriple } from './tile-versions.ts'

/**
 * What the server tells an open map. `resumed` false: what happened since the last event is not known. `written` is a position in the
 * database's log: sent along with a question, it keeps a replica from answering with an earlier state.
 */
export interface LiveEvents {
  tiles: { set: string; version: number; spread: number; tiles: TileTriple[]; all?: true }
  'feature-state': { set: string; layer: string; id: number; state: Record<string, unknown>; written: string }
  ready: { resumed: boolean; written: string }
}

export interface FollowOptions {
  sets: readonly string[]
  box: Bbox
  /** A stream is being opened: until `ready`, what comes is what was missed. */
  onOpen: () => void
  hear: <Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]) => void
  /** Events have been away, or are back. Said only after `PATIENCE_MS`: short interruptions are nobody's business. */
  onLive: (isLive: boolean) => void
}

export interface EventFollower {
  /** Go on with another box, from where we are. */
  watch(box: Bbox): void
  close(): void
}

/** Without events for this long, the reader is told. */
const PATIENCE_MS = 30_000
/** The server beats every 20 s: a line that has been silent for longer is dead, whatever the browser believes. */
const SILENCE_MS = 50_000
/** A page nobody has looked at for this long stops listening; browsers allow six connections to a server, for all tabs together. */
const HIDDEN_MS = 45_000
const LONGEST_WAIT_MS = 30_000
const LOOK_MS = 5_000

/** Listen to the server's events for as long as the page is looked at: comes back after interruptions, later each time, and by lot. */
export function followEvents({ sets, box, onOpen, hear, onLive }: FollowOptions): EventFollower {
  let watched = box
  let source: EventSource | null = null
  let lastId = ''
  let failures = 0
  let heardAt = Date.now()
  let awaySince: number | null = Date.now()
  let hiddenSince: number | null = document.hidden ? Date.now() : null
  let waiting: ReturnType<typeof setTimeout> | undefined
  let wasLive = true

  function open() {
    clearTimeout(waiting)
    source?.close()
    const query = new URLSearchParams({ sets: sets.join(), bbox: watched.join() })
    if (lastId) query.set('since', lastId)
    onOpen()
    const opened = (source = new EventSource(`/events?${query}`))
    heardAt = Date.now()
    for (const name of ['tiles', 'feature-state', 'ready', 'beat'] as const) {
      opened.addEventListener(name, (event: MessageEvent<string>) => {
        if (source !== opened) return
        heardAt = Date.now()
        if (event.lastEventId) lastId = event.lastEventId
        if (name === 'ready') noteLive()
        if (name !== 'beat') hear(name, JSON.parse(event.data) as never)
      })
    }
    // The browser would come back by itself after some faults and not after others; so it is always us.
    opened.addEventListener('error', () => {
      if (source === opened) noteLoss()
    })
  }

  function noteLive() {
    failures = 0
    awaySince = null
    look()
  }

  function noteLoss() {
    source?.close()
    source = null
    awaySince ??= Date.now()
    clearTimeout(waiting)
    waiting = setTimeout(open, Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures++) * (0.5 + Math.random()))
  }

  /** Everything that depends on the time: hidden for long, silent for long, away for long. */
  function look() {
    const now = Date.now()
    if (hiddenSince !== null && now - hiddenSince > HIDDEN_MS) return rest()
    if (source && now - heardAt > SILENCE_MS) {
      awaySince ??= heardAt
      open()
    }
    const isLive = awaySince === null || now - awaySince < PATIENCE_MS
    if (isLive !== wasLive) onLive((wasLive = isLive))
  }

  function rest() {
    clearTimeout(waiting)
    source?.close()
    source = null
  }

  function turn() {
    hiddenSince = document.hidden ? (hiddenSince ?? Date.now()) : null
    if (hiddenSince !== null) return
    if (source === null) {
      awaySince = Date.now() // whoever comes back to the page waits from now on
      failures = 0
      open()
    }
    look()
  }

  /** Back on line: no reason to wait for the next try. */
  const hurry = () => {
    if (source === null && hiddenSince === null) open()
  }

  document.addEventListener('visibilitychange', turn)
  addEventListener('online', hurry)
  const looking = setInterval(look, LOOK_MS)
  if (hiddenSince === null) open()

  return {
    watch(next) {
      watched = next
      if (source) open()
    },
    close() {
      rest()
      clearInterval(looking)
      document.removeEventListener('visibilitychange', turn)
      removeEventListener('online', hurry)
    },
  }
}
