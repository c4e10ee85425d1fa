import { connect } from 'node:net'
import type pg from 'pg'

/** Longest that asking may take, milliseconds. */
const PATIENCE_MS = 2_000

/**
 * Ask the server to give up what `client` is doing, by the protocol's own request on a connection of its own: it reaches the right
 * query also behind PgBouncer, where `client` does not know the process that works for it.
 * Resolves when the server has passed the request on, and not before: then a query that is sent next is not hit by it. False when it
 * could not be asked; then a late request may still be under way, and the connection must not be used again.
 */
export function cancelQuery(client: pg.ClientBase): Promise<boolean> {
  // What the server gave this connection to be cancelled by; pg keeps it, and its types do not tell.
  const { host, port, processID, secretKey } = client as unknown as Session
  if (processID === null || secretKey === null) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
    const settle = (wasPassedOn: boolean) => {
      resolve(wasPassedOn)
      socket.destroy()
    }
    socket.setTimeout(PATIENCE_MS, () => settle(false))
    socket.once('error', () => settle(false))
    socket.once('end', () => settle(true)) // closed without a word: that is the whole answer
    socket.once('close', () => settle(false))
    socket.once('connect', () => socket.write(composeRequest(processID, secretKey)))
    socket.resume()
  })
}

interface Session {
  host: string
  port: number
  processID: number | null
  secretKey: number | null
}

/** CancelRequest: its length, its number, the process and its key (PostgreSQL 15, 55.7 Message Formats). */
function composeRequest(processID: number, secretKey: number): Buffer {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(80877102, 4)
  message.writeInt32BE(processID, 8)
  message.writeInt32BE(secretKey, 12)
  return message
}
