import type { ParcelStatus } from './types.ts'

/** What names the recorded state of a parcel: its ETag. Every edit gives a later `recordedAt`, to the millisecond. */
export function nameEdition(parcel: { id: number; status: ParcelStatus; recordedAt: Date | string }): string {
  return `"${parcel.id}-${new Date(parcel.recordedAt).getTime()}${parcel.status === 'retired' ? '-retired' : ''}"`
}

/** Whether an `If-Match` header (RFC 9110) lets a change of this edition through; without the header everything may. */
export function fitsEdition(ifMatch: string | undefined, edition: string): boolean {
  if (ifMatch === undefined) return true
  // A weak tag (W/"…") never matches here: strong comparison is asked for.
  return ifMatch
    .split(',')
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag === edition)
}
