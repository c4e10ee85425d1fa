/** A PostgreSQL snapshot: transactions below `xmin` are seen, from `xmax` on not, and between them all but those `running`. */
export interface Snapshot {
  xmin: bigint
  xmax: bigint
  running: ReadonlySet<bigint>
}

/** Longest text taken from a client: some four hundred transactions under way at once. */
const MOST_CHARACTERS = 8192

/** Read the text form of pg_snapshot, `xmin:xmax:xip,…`; null when it is none. */
export function readSnapshot(text: string): Snapshot | null {
  if (text.length > MOST_CHARACTERS) return null
  const parts = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/.exec(text)
  if (!parts) return null
  const [xmin, xmax] = [BigInt(parts[1]!), BigInt(parts[2]!)]
  if (xmin > xmax) return null
  return { xmin, xmax, running: new Set(parts[3] ? parts[3].split(',').map(BigInt) : []) }
}

/** Whether what transaction `xid` wrote is visible, given that it has been committed. */
export function sees(snapshot: Snapshot, xid: bigint): boolean {
  return xid < snapshot.xmin || (xid < snapshot.xmax && !snapshot.running.has(xid))
}
