import { get, type IncomingMessage } from 'node:http'

export interface HeardEvent {
  event: string
  data: any
  id: string
}

/** A client of an event stream that reads as a browser does. */
export interface EventReader {
  response: IncomingMessage
  heard: HeardEvent[]
  /** The next event that has not been taken yet. */
  next(): Promise<HeardEvent>
  /** Resolves when the stream has ended, from whichever side. */
  ended: Promise<void>
  close(): void
}

/** Open `path` of a listening server. Throws with the answer's body when it is no stream. */
export async function readEvents(origin: string, path: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = get(`${origin}${path}`, { headers, agent: false }, resolve).on('error', reject)
  const response = await promise
  response.setEncoding('utf8')
  if (response.statusCode !== 200) {
    const body = (await response.toArray()).join('')
    throw Object.assign(new Error(`${response.statusCode}: ${body}`), { status: response.statusCode, headers: response.headers })
  }
  const heard: HeardEvent[] = []
  const waiting: ((event: HeardEvent) => void)[] = []
  const ended = Promise.withResolvers<void>()
  let text = ''
  let id = ''
  let taken = 0
  response.on('data', (chunk: string) => {
    const blocks = (text += chunk).split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
      id = fields.get('id') ?? id
      heard.push({ event: fields.get('event') ?? 'message', data: JSON.parse(fields.get('data')!), id })
      if (waiting.length > 0) waiting.shift()!(heard[taken++]!)
    }
  })
  response.on('close', () => ended.resolve()).on('error', () => ended.resolve())
  return {
    response,
    heard,
    next() {
      if (taken < heard.length) return Promise.resolve(heard[taken++]!)
      return new Promise((hear) => waiting.push(hear))
    },
    ended: ended.promise,
    close: () => void request.destroy(),
  }
}
