/** A position in PostgreSQL's write-ahead log, in bytes. Greater is later. */
export type Lsn = bigint

/** Read a position as PostgreSQL writes it, such as '16/B374D848'. Null for anything else, so that it may come from outside. */
export function readLsn(text: string): Lsn | null {
  const parts = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text)
  return parts ? (BigInt(`0x${parts[1]}`) << 32n) | BigInt(`0x${parts[2]}`) : null
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase()
}
