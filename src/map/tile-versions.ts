/** What a tile set has gone through since the map was opened, as far as the open map was told. */
export interface TileVersions {
  /** These tiles have changed; false when that is known already. `[]` with `isAll`: any tile of the set may have. */
  note(set: string, version: number, tiles: readonly TileTriple[], isAll?: boolean): boolean
  /** What happened meanwhile is not known: every tile may differ. */
  noteLoss(): void
  /** Grows whenever the tile changes; 0 = not since the map was opened. Beyond the last zoom, that of the tile it is cut from. */
  ageOf(set: string, tile: { z: number; x: number; y: number }): number
  /** The address of a tile with the version it must at least have. Other addresses are given back as they are. */
  mark(url: string): string
}
export type TileTriple = readonly [z: number, x: number, y: number]

interface Mark {
  age: number
  /** Names the state in the address, so that neither browser, proxy nor worker answers with an earlier one. */
  query: string
  versions: number[]
}

/** The server's last zoom; the map cuts closer tiles from it. */
const LAST_ZOOM = 16
/** Tiles remembered one by one; beyond, their whole set counts as changed. */
const MOST_TILES = 20_000
/** Of one tile; a change is told again only within seconds. */
const MOST_VERSIONS = 32

const ADDRESS = /\/tiles\/(\w+)\/(\d+)\/(\d+)\/(\d+)\.mvt$/

export function createTileVersions(): TileVersions {
  const tiles = new Map<string, Mark>()
  const sets = new Map<string, Mark>()
  let loss: Mark = { age: 0, query: '', versions: [] }
  let age = 0
  let losses = 0

  function put(marks: Map<string, Mark>, key: string, version: number): boolean {
    const known = marks.get(key)
    if (known?.versions.includes(version)) return false
    // The newest told, not the highest: a transaction that ends late may have a lower number.
    marks.set(key, { age: ++age, query: `v=${version}`, versions: [...(known?.versions ?? []), version].slice(-MOST_VERSIONS) })
    return true
  }

  function find(set: string, z: number, x: number, y: number): Mark {
    const up = Math.max(0, z - LAST_ZOOM)
    const tile = tiles.get(`${set}/${z - up}/${x >> up}/${y >> up}`)
    return [tile, sets.get(set)].reduce<Mark>((newest, mark) => (mark && mark.age > newest.age ? mark : newest), loss)
  }

  return {
    note(set, version, listed, isAll = false) {
      if (isAll || tiles.size + listed.length > MOST_TILES) {
        for (const key of tiles.keys()) if (key.startsWith(`${set}/`)) tiles.delete(key)
        return put(sets, set, version)
      }
      let isNews = false
      for (const [z, x, y] of listed) isNews = put(tiles, `${set}/${z}/${x}/${y}`, version) || isNews
      return isNews
    },
    noteLoss() {
      loss = { age: ++age, query: `r=${++losses}`, versions: [] }
    },
    ageOf: (set, { z, x, y }) => find(set, z, x, y).age,
    mark(url) {
      const parts = ADDRESS.exec(url)
      if (!parts) return url
      const { query } = find(parts[1]!, Number(parts[2]), Number(parts[3]), Number(parts[4]))
      return query === '' ? url : `${url}?${query}`
    },
  }
}
