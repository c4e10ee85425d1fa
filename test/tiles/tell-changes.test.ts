import { describe, expect, it } from 'vitest'
import { CATALOGUE, type TileSet } from '#tiles/catalogue.ts'
import type { FeatureState, TileChange } from '#tiles/change-feed.ts'
import { gatherNews, MOST_TOLD, tellViewer } from '#tiles/tell-changes.ts'

// Tile 15/21060/13264 lies at 51.372° to 51.383° east, 32.389° to 32.399° north.
const HERE = { z: 15, x: 21060, y: 13264 }
const ON_IT: [number, number, number, number] = [51.375, 32.391, 51.38, 32.395]
const BESIDE: [number, number, number, number] = [51.39, 32.391, 51.4, 32.395]

describe('what one batch tells', () => {
  it('each transaction is told by itself, with its highest version, each tile once', () => {
    const events = tell([change(7, { layer: 'blocks' }), change(9), change(8, { xid: 2n, x: 21061 })])
    expect(events).toEqual([
      { event: 'tiles', data: { set: 'land', version: 9, spread: 0, tiles: [[15, 21060, 13264]] } },
      { event: 'tiles', data: { set: 'land', version: 8, spread: 0, tiles: [[15, 21061, 13264]] }, id: '5:9:' },
    ])
  })

  it('only the last event carries the id: an interruption in between loses nothing', () => {
    const events = tell([change(1)], { states: [state(4, ON_IT)] })
    expect(events.map(({ id }) => id)).toEqual([undefined, '5:9:'])
  })

  it('says nothing of sets that were not asked for', () => {
    expect(tell([change(1, { set: 'plan', layer: 'buffers' })])).toEqual([])
    expect(tell([change(1, { set: 'plan', layer: 'buffers' })], { sets: ['land', 'plan'] })).toHaveLength(1)
  })

  it('only tiles and features that meet the box, of any zoom', () => {
    const tiles = [change(1), change(2, { z: 8, x: 164, y: 103 }), change(3, { x: 0 })]
    expect(tell(tiles, { bbox: ON_IT })[0]!.data.tiles).toEqual([
      [15, 21060, 13264],
      [8, 164, 103],
    ])
    expect(tell([change(1)], { bbox: BESIDE })).toEqual([])
    expect(tell([], { bbox: BESIDE, states: [state(4, ON_IT)] })).toEqual([])
    expect(tell([], { bbox: ON_IT, states: [state(4, ON_IT)] })[0]!.data).toEqual({
      set: 'land',
      layer: 'parcels',
      id: 4,
      state: { changed: 1 },
      written: '0/12',
    })
  })

  it('a whole set concerns everyone who looks at it', () => {
    const [event] = tell([change(3, { z: -1, layer: '', x: 0, y: 0 }), change(4)], { bbox: BESIDE })
    expect(event!.data).toEqual({ set: 'land', version: 4, spread: 1000, tiles: [], all: true })
  })

  it('more tiles than are worth listing are told as the whole set, with the highest version', () => {
    const many = Array.from({ length: MOST_TOLD + 1 }, (_, i) => change(i + 1, { x: i, xid: BigInt(i) }))
    const events = tell(many)
    expect(events).toHaveLength(MOST_TOLD + 1)
    expect(events.at(-1)!.data).toMatchObject({ version: MOST_TOLD + 1, all: true })
    const flood = Array.from({ length: 6_000 }, (_, i) => change(i + 1, { x: i }))
    expect(tell(flood, { bbox: BESIDE }).map(({ data }) => data.all)).toEqual([true])
  })
})

describe('what an audience may know', () => {
  const land = CATALOGUE.find(({ id }) => id === 'land')!
  const guarded: TileSet[] = [
    { ...land, layers: land.layers.map((layer) => (layer.id === 'parcels' ? { ...layer, audience: 'staff' as const } : layer)) },
  ]

  it('a change of a layer for staff is not told to the public, nor are states of its features', () => {
    const batch = { tiles: [change(1), change(2, { layer: 'blocks', x: 9 })], states: [state(4, ON_IT)], standing: STANDING }
    expect(gatherNews(batch, 'public', guarded)).toMatchObject({ tiles: [{ version: 2, tiles: [[15, 9, 13264]] }], states: [] })
    expect(gatherNews(batch, 'staff', guarded)).toMatchObject({ tiles: [{ version: 2 }], states: [{ set: 'land' }] })
  })

  it('a set or layer that nobody has heard of is told to nobody', () => {
    const tiles = [change(1, { set: 'secrets' }), change(2, { layer: 'secrets' })]
    expect(gatherNews({ tiles, states: [], standing: STANDING }, 'staff', CATALOGUE).tiles).toEqual([])
  })
})

const STANDING = { snapshot: '5:9:', lsn: '0/12', turn: 1 }

function change(version: number, differs: Partial<TileChange> = {}): TileChange {
  return { version, xid: 1n, set: 'land', layer: 'parcels', ...HERE, ...differs }
}

function state(id: number, box: FeatureState['box']): FeatureState {
  return { version: id, xid: 1n, set: 'land', layer: 'parcels', id, state: { changed: 1 }, box }
}

function tell(
  tiles: TileChange[],
  { states = [], sets = ['land'], bbox = null }: { states?: FeatureState[]; sets?: string[]; bbox?: typeof ON_IT | null } = {},
) {
  const text = tellViewer(gatherNews({ tiles, states, standing: STANDING }, 'public', CATALOGUE), { sets, bbox }, '5:9:', 0)
  return text
    .split('\n\n')
    .filter(Boolean)
    .map((block) => {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2))) as Record<string, string>
      return { event: fields.event, data: JSON.parse(fields.data!), ...(fields.id && { id: fields.id }) }
    })
}
