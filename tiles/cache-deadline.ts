/**
 * Until when a cache in front may answer with a tile that we give out now, as `X-Accel-Expires` says it: `@` and a second of the
 * epoch. nginx counts whole seconds and takes the named one to its end, so `@` the present second means for what is left of it;
 * a relative `1` would mean for up to two. What would be longer than `LONGEST_MS` is over at once: then each request asks us, and
 * "not changed" costs little. With the fifth of a second until a process knows of a change, nobody sees a tile a second too old.
 */
export function findCacheDeadline(nowMs: number): string {
  return `@${Math.floor((nowMs - (1000 - LONGEST_MS)) / 1000)}`
}

const LONGEST_MS = 700
