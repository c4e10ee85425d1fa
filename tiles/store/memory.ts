import { LRUCache } from 'lru-cache'

/** A tile ready to be sent, shared by everyone who asks for it. */
export interface KeptTile {
  /** Of the bytes before compression and of everything else the answer depends on. */
  fingerprint: string
  /** Nothing is there. */
  isEmpty: boolean
  /** Null until it has been compressed. */
  gzip: Buffer | null
  /** As it was rendered; given up once it has been compressed. */
  plain: Buffer | null
  /** Under way since somebody needs it. */
  packing?: Promise<Buffer>
  /** Made when the first client asks for it that does not take gzip. */
  brotli?: Promise<Buffer>
  /** When somebody last asked for it, milliseconds since the epoch; 0: nobody yet. */
  askedAt: number
  /** How often somebody has asked for it since it was made. */
  asks: number
}

/** The tiles asked for last, as many as fit into so many bytes. */
export interface TileMemory {
  get(key: string): KeptTile | undefined
  has(key: string): boolean
  set(key: string, tile: KeptTile): void
  /** Forget a tile, and say what was forgotten. */
  take(key: string): KeptTile | undefined
  /** Keys that begin with `prefix`. */
  list(prefix: string): string[]
  state(): { tiles: number; bytes: number }
}

/** The tile where nothing is. */
export const NOTHING = Buffer.alloc(0)

/** What an entry costs beside its bytes: its key, the objects around it, and room for the same tile in brotli. */
const OVERHEAD_BYTES = 400

export function openTileMemory(maxBytes: number): TileMemory {
  const tiles = new LRUCache<string, KeptTile>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: ({ gzip, plain }) => (gzip ?? plain ?? NOTHING).length + OVERHEAD_BYTES,
  })
  return {
    get: (key) => tiles.get(key),
    has: (key) => tiles.has(key),
    set: (key, tile) => void tiles.set(key, tile),
    take(key) {
      const tile = tiles.peek(key)
      tiles.delete(key)
      return tile
    },
    list: (prefix) => [...tiles.keys()].filter((key) => key.startsWith(prefix)),
    state: () => ({ tiles: tiles.size, bytes: tiles.calculatedSize }),
  }
}
