import { createHash } from 'node:crypto'
import http from 'node:http'
import { gunzipSync } from 'node:zlib'
import { decodeTile } from '../tiles/decode-tile.ts'
import { fillTemplate } from './compare-tiles.ts'
import type { Answer } from './traffic/replay.ts'
import { parseTile } from './traffic/trace.ts'

export type FetchedAnswer = Omit<Answer, 'view'> & { body: Buffer }

const agent = new http.Agent({ keepAlive: true, maxSockets: 6 })

/** Ask for one tile as a browser that holds nothing does. */
export function fetchAnswer(template: string, tile: string, query = ''): Promise<FetchedAnswer> {
  const url = fillTemplate(template, parseTile(tile)) + query
  return new Promise((resolve, reject) => {
    const now = () => performance.timeOrigin + performance.now()
    const sentAt = now()
    const request = http.get(url, { agent, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      const firstByteAt = now()
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        const body = Buffer.concat(chunks)
        const status = answer.statusCode!
        if (status >= 400) return reject(new Error(`${url} answered ${status}`))
        const etag = answer.headers.etag ?? createHash('sha1').update(body).digest('base64url')
        resolve({ tile, sentAt, firstByteAt, lastByteAt: now(), status, bytes: body.length, etag, body })
      })
    })
    request.on('error', reject)
  })
}

/** Land use by parcel, of a tile as it came. */
export function readUses(body: Buffer): Map<number, string> {
  const bytes = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body
  const parcels = decodeTile(bytes).get('parcels') ?? []
  return new Map(parcels.map(({ id, properties }) => [id!, String(properties.land_use)]))
}
