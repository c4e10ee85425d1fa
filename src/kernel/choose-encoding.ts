/** Content codings we can answer with; `identity` is the bytes as they are. */
export type Encoding = 'br' | 'gzip' | 'identity'

/**
 * The best of our encodings a client accepts (RFC 9110, 12.5.3). No header means anything goes, and then the plain bytes are
 * the safe choice; when even those are refused they are sent all the same, which the standard allows.
 * @param offered ours, best first
 */
export function chooseEncoding(
  acceptEncoding: string | null | undefined,
  offered: readonly Encoding[] = ['br', 'gzip'],
): Encoding {
  const offers = new Map<string, number>()
  for (const offer of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name, ...parameters] = offer.split(';').map((part) => part.trim())
    if (name) offers.set(name === 'x-gzip' ? 'gzip' : name, readQuality(parameters))
  }
  const quality = (name: string) => offers.get(name) ?? offers.get('*') ?? 0
  const candidates = offered.filter((name) => name !== 'identity' && quality(name) > 0)
  const identity = offers.get('identity') ?? 0
  const best = candidates.reduce<Encoding>((a, b) => (a === 'identity' || quality(b) > quality(a) ? b : a), 'identity')
  return best !== 'identity' && quality(best) >= identity ? best : 'identity'
}

function readQuality(parameters: string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  if (text === undefined) return 1
  const quality = Number(text)
  return Number.isFinite(quality) ? Math.min(1, Math.max(0, quality)) : 0
}
