import type pg from 'pg'
import { loadReference } from '../reference/load.ts'
import { listCells, type Cell } from './cell.ts'
import type { Balance } from './choose-uses.ts'
import { advanceIdentities, createRowSink, type RowSink, type Table } from './copy-rows.ts'
import { layNeighbourhood } from './lay-neighbourhood.ts'
import { isBeyond, type OpenShared } from './lay-water.ts'
import { arterialName, createStreetNames, fieldsName, madiName, neighbourhoodName } from './names.ts'
import { createCityPlan, type CityPlan } from './plan.ts'
import { createRandom, mix } from './random.ts'
import type { Site } from './site.ts'
import { suspendIndexes } from './suspend-indexes.ts'
import type { Street, StreetRecord } from './street.ts'
import { styleOf } from './style.ts'
import { insertMunicipality, writeFrame, writeThemes } from './write-frame.ts'
import { writeNeighbourhood, type CityState } from './write-neighbourhood.ts'
import { multiPolygonHex, ringPolygon } from './ewkb.ts'

export interface CityOptions {
  /** Current parcels wanted; the city has within a few percent of it. */
  parcels: number
  seed: number
  onProgress?: (done: { parcels: number; of: number }) => void
}
export type Counts = Record<Table, number>

/** Make the synthetic city in one transaction. The database must hold no municipality. @throws Error when it does. */
export async function buildCity(ownerPool: pg.Pool, options: CityOptions): Promise<Counts> {
  await loadReference(ownerPool)
  const client = await ownerPool.connect()
  try {
    await client.query('begin')
    await client.query(`set local barzan.bulk = 'on'; set local synchronous_commit = off`)
    const known = await client.query('select slug, is_synthetic from land.municipalities limit 1')
    if (known.rowCount !== 0) throw new Error(explainOccupied(known.rows[0]))
    const plan = createCityPlan(options)
    const municipalityId = await insertMunicipality(client, plan)
    const sink = createRowSink(client)
    const restoreIndexes = await suspendIndexes(client)
    await generateCity(plan, municipalityId, sink, options.onProgress)
    await restoreIndexes()
    await advanceIdentities(client)
    await writeThemes(client, plan, municipalityId)
    await client.query('select tiles.note_everything()')
    await client.query('commit')
    await client.query('analyze')
    return sink.counts
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

function explainOccupied({ slug, is_synthetic: isSynthetic }: { slug: string; is_synthetic: boolean }): string {
  const held = `The database already holds a municipality (${slug}); the synthetic city is made in an empty one.`
  return isSynthetic ? `${held} --replace takes the older synthetic city out first.` : held
}

/** All rows of the city into a sink, neighbourhood by neighbourhood: pure of clock and chance, the same for the same plan. */
export async function generateCity(
  plan: CityPlan,
  municipalityId: number,
  sink: RowSink,
  onProgress?: CityOptions['onProgress'],
): Promise<void> {
  const balance: Balance = { totalM2: 0, byUse: {} }
  const state: CityState = {
    municipalityId,
    datedOn: '2026-03-21',
    blockNumbers: [],
    postalSerial: 0,
    parcels: 0,
    owners: { natural: 0, legal: 0, bodies: new Map(), openProperty: null },
  }
  const shared = new Map<string, SharedStreet>()
  const regionIds = writeFrame(sink, plan, state)
  const pace = createPace(plan)
  for (const cell of listCells(plan)) {
    const style = styleOf(plan, cell)
    const site = createSite(plan, cell, sink, style.name === 'core')
    const blocks = layNeighbourhood(site, style, balance, pace.scale(), openShared(plan, site, sink, shared))
    const id = sink.nextId('neighbourhoods')
    const [nameFa, nameEn] = site.name
    sink.add(
      'neighbourhoods',
      id,
      municipalityId,
      regionIds[cell.primarySector]!,
      nameFa,
      nameEn,
      multiPolygonHex([ringPolygon(cell.outline)]),
    )
    const before = state.parcels
    writeNeighbourhood(sink, state, site, blocks, id, regionIds[cell.primarySector]!, cell.primarySector + 1)
    pace.record(cell, state.parcels - before)
    onProgress?.({ parcels: state.parcels, of: plan.parcels })
    await sink.drain()
  }
  await sink.drain(true)
}

function createSite(plan: CityPlan, cell: Cell, sink: RowSink, isOld: boolean): Site {
  const rnd = createRandom(plan.seed, 100, cell.index)
  const takenNames = new Set<string>()
  const { index, ring, sector } = cell
  return {
    plan,
    cell,
    name: ring === plan.belt ? fieldsName(plan.seed, sector) : neighbourhoodName(plan.seed, index, ring === 0),
    rnd,
    frontages: [],
    streets: [],
    segments: [],
    takenNames,
    nameStreet: createStreetNames(rnd, isOld, takenNames),
    nextStreetId: () => sink.nextId('streets'),
  }
}

/** Streets that pass several neighbourhoods keep their id and name; each neighbourhood sees its own stretch. */
function openShared(plan: CityPlan, site: Site, sink: RowSink, shared: Map<string, SharedStreet>): OpenShared {
  const here = new Map<string, Street>()
  return (key, kind, line, chainageM, isBoulevard) => {
    const known = here.get(key)
    if (known) return known
    let name = shared.get(key)
    if (!name) {
      const [nameFa, nameEn] = nameShared(plan, key, shared.size, isBoulevard)
      name = {
        id: sink.nextId('streets'),
        nameFa,
        nameEn,
        record: { isWritten: false, lastNumber: [0, 0] },
        widenM: chooseWidening(plan, key),
      }
      shared.set(key, name)
    }
    const plannedWidthM = name.widenM > 0 && kind.widthM < 30 ? kind.widthM + name.widenM : null
    const street: Street = {
      class: kind.class,
      widthM: kind.widthM,
      id: name.id,
      nameFa: name.nameFa,
      nameEn: name.nameEn,
      record: name.record,
      isDeadEnd: false,
      parent: null,
      line,
      firstNumber: 1 + 2 * Math.floor(chainageM / 5),
      plannedWidthM,
    }
    here.set(key, street)
    site.takenNames.add(street.nameFa)
    return street
  }
}

/** What is remembered of a street that passes several neighbourhoods. */
interface SharedStreet {
  id: number
  nameFa: string
  nameEn: string
  record: StreetRecord
  /** Metres by which the plan widens it; 0 = not at all. */
  widenM: number
}
function chooseWidening(plan: CityPlan, key: string): number {
  if (!key.startsWith('ring') && !key.startsWith('radial')) return 0
  if (key.startsWith(`ring ${plan.belt + 1}`)) return 0
  let sum = plan.seed
  for (const c of key) sum = mix(sum * 31 + c.charCodeAt(0))
  return (sum >>> 3) % 5 < 2 && key !== 'ring 0 0' ? 2 + ((sum >>> 7) % 4) : 0
}

function nameShared(plan: CityPlan, key: string, index: number, isBoulevard: boolean): readonly [string, string] {
  if (key === 'ring 0 0') return ['میدان مرکزی', 'Central Square']
  if (key === 'river north') return ['بلوار ساحلی شمالی', 'North Riverside Boulevard']
  if (key === 'river south') return ['خیابان ساحلی جنوبی', 'South Riverside Street']
  if (key.startsWith('madi ')) {
    const [fa, en] = madiName(Number(key.slice(5)))
    return [`کوچه‌باغ ${fa}`, `${en} Garden Lane`]
  }
  if (key.startsWith('bazaar'))
    return key === 'bazaar 0'
      ? ['راستهٔ بازار بزرگ', 'Great Bazaar Lane']
      : [
          `راستهٔ بازار ${arterialName(plan.seed, index, false)[0].replace('خیابان ', '')}`,
          `${arterialName(plan.seed, index, false)[1].replace(' Street', '')} Bazaar Lane`,
        ]
  return arterialName(plan.seed, index, isBoulevard)
}
/** Keeps the number of parcels near the wanted one: plots grow or shrink a little as the city fills. */
function createPace(plan: CityPlan) {
  const nominalOf = (cell: Cell) => {
    const style = styleOf(plan, cell)
    const beyond = style.name === 'fields' ? 0 : shareBeyondRiver(plan, cell.outline)
    return (cell.areaM2 / 10000) * (style.perHectare * (1 - beyond) + 8 * beyond)
  }
  let remaining = 0
  for (const cell of listCells(plan)) remaining += nominalOf(cell)
  let missing = plan.parcels
  // How many parcels the neighbourhoods so far would have had at scale 1, against the number their styles promise.
  let trust = 1
  let used = 1
  return {
    scale: () => (used = Math.min(1.5, Math.max(0.66, (remaining * trust) / Math.max(1, missing)))),
    record(cell: Cell, made: number) {
      const nominal = nominalOf(cell)
      remaining -= nominal
      missing -= made
      if (nominal > 30) trust = trust * 0.65 + 0.35 * ((made * used) / nominal)
    },
  }
}

/** Roughly how much of a neighbourhood lies on the far bank, where gardens and villas are. */
function shareBeyondRiver(plan: CityPlan, { x, y }: { x: number[]; y: number[] }): number {
  return x.filter((_, i) => isBeyond(plan.river.curve, x[i]!, y[i]!)).length / x.length
}
