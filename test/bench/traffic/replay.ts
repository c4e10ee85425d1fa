import { createHash } from 'node:crypto'
import http from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { listRequests, nameTile, type Session, type Trace, type View } from './trace.ts'

export interface ReplayJob {
  trace: Trace
  /** Where tiles are: `http://…/{set}/{z}/{x}/{y}`. */
  template: string
  /** What the browsers of returning people hold: tile → ETag. */
  held: Map<string, string>
  /** Tiles whose bytes are kept, to be looked into after the run. */
  watched: Set<string>
}

/** One answer. Times in milliseconds of the wall clock, to the microsecond, so that processes can compare them. */
export interface Answer {
  view: number
  tile: string
  sentAt: number
  firstByteAt: number
  lastByteAt: number
  status: number
  bytes: number
  /** Names the bytes: of the server, or of their digest. For 304 the one that was held. */
  etag: string
}
/** One view: the time from when it was due until its last tile was there; null when it was left or a tile failed. */
export interface ViewResult {
  who: Session['who']
  tookMs: number | null
  wasLeft: boolean
}
export interface Replay {
  startedAt: number
  tookMs: number
  views: ViewResult[]
  answers: Answer[]
  /** Requests cut off by people who moved on, and those not even sent. */
  cutOff: number
  errors: string[]
  /** `tile etag` → bytes as they came, for watched tiles. */
  bodies: Map<string, Buffer>
  /** How late this process itself was at most (99 of 100 ticks): its own share in every time above. */
  lagMs: number
}

const CONNECTIONS = 6
const TICK_MS = 5

/** Play a trace against a server in an open loop: each view begins when it is due, whether or not the one before is complete. */
export async function replayTrace(job: ReplayJob): Promise<Replay> {
  const lag = monitorEventLoopDelay({ resolution: TICK_MS })
  const replay: Replay = { startedAt: 0, tookMs: 0, views: [], answers: [], cutOff: 0, errors: [], bodies: new Map(), lagMs: 0 }
  const agents = job.trace.sessions.map(() => new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }))
  const due = job.trace.sessions
    .flatMap((session, index) => session.views.map((view) => ({ session, view, agent: agents[index]! })))
    .sort((a, b) => a.view.at - b.view.at)
  replay.views = due.map(({ session, view }) => ({ who: session.who, tookMs: null, wasLeft: view.leaveAfter !== undefined }))
  const running: Promise<void>[] = []
  replay.startedAt = now() + 50
  lag.enable()
  for (const [index, { session, view, agent }] of due.entries()) {
    const dueAt = replay.startedAt + view.at
    await sleep(Math.max(0, dueAt - now()))
    running.push(showView(job, replay, index, view, session, agent, dueAt))
  }
  await Promise.all(running)
  lag.disable()
  for (const agent of agents) agent.destroy()
  replay.tookMs = now() - replay.startedAt
  replay.lagMs = Math.max(0, lag.percentile(99) / 1e6 - TICK_MS)
  return replay
}

async function showView(
  job: ReplayJob,
  replay: Replay,
  index: number,
  view: View,
  session: Session,
  agent: http.Agent,
  dueAt: number,
): Promise<void> {
  const leave = new AbortController()
  const requests = listRequests(view)
  let answered = 0
  let failed = 0
  await Promise.all(
    requests.map(async (request) => {
      const tile = nameTile(request)
      try {
        const answer = await askTile(job, tile, session.returns ? job.held.get(tile) : undefined, agent, leave.signal)
        if (job.watched.has(tile) && answer.status === 200) replay.bodies.set(`${tile} ${answer.etag}`, answer.body)
        const { body: _, ...measured } = answer
        replay.answers.push({ view: index, tile, ...measured })
        if (answer.status >= 400) throw new Error(`answered ${answer.status}`)
        if (++answered === view.leaveAfter) leave.abort()
      } catch (error) {
        if (leave.signal.aborted) replay.cutOff++
        else if (++failed) replay.errors.push(`${tile}: ${(error as Error).message}`)
      }
    }),
  )
  if (failed === 0 && view.leaveAfter === undefined) replay.views[index]!.tookMs = now() - dueAt
}

type Asked = Omit<Answer, 'view' | 'tile'> & { body: Buffer }

function askTile(job: ReplayJob, tile: string, etag: string | undefined, agent: http.Agent, signal: AbortSignal): Promise<Asked> {
  const [set, z, x, y] = tile.split('/') as [string, string, string, string]
  const url = job.template.replace('{set}', set).replace('{z}', z).replace('{x}', x).replace('{y}', y)
  return new Promise((resolve, reject) => {
    // Counted from the moment the map asks: the wait for one of the six connections is the reader's too.
    const sentAt = now()
    const headers = { 'accept-encoding': 'gzip', ...(etag && { 'if-none-match': etag }) }
    const request = http.get(url, { agent, headers, signal }, (answer) => {
      const firstByteAt = now()
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const lastByteAt = now()
        const body = Buffer.concat(chunks)
        const status = answer.statusCode!
        const name = answer.headers.etag ?? (status === 304 ? etag! : createHash('sha1').update(body).digest('base64url'))
        resolve({ sentAt, firstByteAt, lastByteAt, status, bytes: body.length, etag: name, body })
      })
    })
    request.on('error', reject)
  })
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
