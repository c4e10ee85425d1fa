import { expect, test } from 'vitest'
import { defaultLayers } from '#src/map/layer-catalogue.ts'
import { decodeLine, encodeLine } from '#src/map/compact-line.ts'
import { formatAddress, parseAddress, type MapAddress } from '#src/map/url-state.ts'

const plain: MapAddress = {
  view: null,
  parcel: null,
  layers: defaultLayers(),
  selection: null,
  tool: 'pan',
  is3d: false,
  isHatched: false,
  query: '',
}
const read = (query: string) => parseAddress(new URLSearchParams(query))

test('an untouched map has an address without a query', () => {
  expect(formatAddress(plain)).toBe('')
  expect(read('')).toEqual(plain)
})

test('every state survives the address', () => {
  const layers = defaultLayers()
  layers.zones.isOn = true
  layers.labels.isOn = false
  layers['land-use'].opacity = 40
  const full: MapAddress = {
    view: { zoom: 16.25, lat: 32.388912, lon: 51.373345, bearing: -12.5, pitch: 45 },
    parcel: '1-4-1032-11-0-0-0',
    layers,
    tool: 'select-polygon',
    is3d: true,
    isHatched: true,
    query: 'شهریار، ۱۱',
    selection: {
      kind: 'polygon',
      ring: [
        [51.37, 32.38],
        [51.38, 32.38],
        [51.38, 32.39],
        [51.37, 32.38],
      ],
    },
  }
  const address = formatAddress(full)
  expect(read(address)).toEqual(full)
  expect(address).toContain('at=16.25/32.388912/51.373345/-12.5/45&parcel=1-4-1032-11-0-0-0')
  expect(formatAddress(read(address))).toBe(address)
})

test.each([
  [{ kind: 'circle', center: [51.373333, 32.388889], radiusM: 120 }],
  [{ kind: 'street', streetId: 17, distanceM: 30 }],
  [{ kind: 'neighbourhood', neighbourhoodId: 4 }],
] as const)('a selection by %o survives', (selection) => {
  const address = { ...plain, selection: selection as unknown as MapAddress['selection'] }
  expect(read(formatAddress(address)).selection).toEqual(selection)
})

test('no layer at all is not the default set', () => {
  const layers = defaultLayers()
  for (const setting of Object.values(layers)) setting.isOn = false
  expect(formatAddress({ ...plain, layers })).toBe('?layers=none')
  expect(Object.values(read('layers=none').layers).every((setting) => !setting.isOn)).toBe(true)
})

test.each([
  'at=',
  'at=1/2',
  'at=x/y/z',
  'at=40/32/51',
  'at=12/99/51',
  'at=12/32/51/0/89',
  'sel=p.AAA',
  'sel=p.!!',
  'sel=c.A.10',
  'sel=c.AA.0',
  'sel=s.-1.30',
  'sel=n.x',
  'tool=hammer',
  'opacity=roads:50,land-use:',
  'opacity=land-use:400',
  '3d=yes',
])('nonsense %s leaves the default', (query) => {
  expect(read(query)).toEqual(plain)
})

test('positions survive the compact form to a tenth of a metre', () => {
  const line = [
    [51.373333, 32.388889],
    [51.373334, 32.388888],
    [-70.1, -33.2],
    [0, 0],
  ]
  expect(decodeLine(encodeLine(line))).toEqual(line)
  expect(encodeLine([[51.3733334, 32.3888891]]).length).toBeLessThanOrEqual(12)
  expect(decodeLine('')).toEqual([])
})
