/** Seeded randomness: the city may use nothing else, so that the same seed and size give the same bytes. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Whole number in [low, high], both included. */
  whole(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Log-normal with the given median and spread (standard deviation of the logarithm). */
  skewed(median: number, spread: number): number
}

/** A generator of its own for every key, so that one place of the city never disturbs another. */
export function createRandom(...keys: number[]): Random {
  let a = 0x9e3779b9 | 0
  let b = 0x243f6a88 | 0
  let c = 0xb7e15162 | 0
  for (const key of keys) {
    a = mix(a ^ key)
    b = mix(b + Math.imul(key | 0, 0x85ebca6b))
    c = mix(c ^ a)
  }
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    skewed: (median, spread) => median * Math.exp(spread * gauss(next)),
  }
}

/** A whole number spread over 32 bits: for choices that need no generator. */
export function mix(value: number): number {
  let v = value | 0
  v = Math.imul(v ^ (v >>> 16), 0x45d9f3b)
  v = Math.imul(v ^ (v >>> 16), 0x45d9f3b)
  return v ^ (v >>> 16)
}

function gauss(next: () => number): number {
  // Twelve uniforms: bounded at ±6, so no absurd plot can appear; exactly reproducible everywhere.
  let sum = -6
  for (let i = 0; i < 12; i++) sum += next()
  return sum
}
