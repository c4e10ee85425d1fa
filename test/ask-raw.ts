import { get } from 'node:http'

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Names of the headers as they came, in lower case; a header said twice is here twice. */
  names: string[]
  /** As it came: still packed when it was sent packed. */
  body: Buffer
}

/** GET without anything that fetch does by itself: the address as it is, the bytes as they come, every header by itself. */
export function askRaw(url: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const [, origin = '', path = '/'] = /^(https?:\/\/[^/]+)(.*)$/.exec(url) ?? []
  const { hostname, port } = new URL(origin)
  get({ host: hostname, port, path, headers }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.once('error', reject)
    answer.once('end', () => {
      const names = answer.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
      resolve({ status: answer.statusCode!, headers: answer.headers, names, body: Buffer.concat(chunks) })
    })
  }).once('error', reject)
  return promise
}
