import { createRandom, type Random } from '../../../db/city/random.ts'
import { coverView, pixelAt, project, unproject } from './cover-view.ts'
import { listRequests, type Place, type Session, type Trace, type View } from './trace.ts'

/** How much goes on in a city of a size: sessions of each kind, seconds, and seconds between two views (median). */
interface Traffic {
  citizens: number
  officers: number
  managers: number
  seconds: number
  restS: number
}

const VILLAGE: Traffic = { citizens: 24, officers: 8, managers: 6, seconds: 30, restS: 1.1 }
const CITY: Traffic = { citizens: 40, officers: 12, managers: 10, seconds: 75, restS: 2.2 }

const DESK = [1440, 900] as const
const PHONE = [390, 844] as const
/** Of the views, this part is left before it is complete; of the people, this part was here before. */
const LEFT = 0.25
const RETURNING = 0.4

interface Step {
  zoom: number
  middle: Place
}

/**
 * Walk through a city as its people do (performance.md, section 10): a *citizen* searches, flies to a parcel and looks around three
 * times; an *officer* goes along streets, twenty views; a *manager* goes from the whole city to a quarter and to its parcels. The
 * same seed, box and places give the same trace.
 */
export function makeTrace(city: Pick<Trace, 'parcels' | 'seed' | 'box' | 'places'>): Trace {
  const { parcels, seed, box, places } = city
  const traffic = parcels < 200_000 ? VILLAGE : CITY
  const sessions: Session[] = []
  const add = (who: Session['who'], index: number, walk: (random: Random, start: Place, screen: Session['screen']) => Step[]) => {
    const random = createRandom(seed, sessions.length, index)
    const screen = who === 'manager' || random.chance(who === 'citizen' ? 0.4 : 0.7) ? DESK : PHONE
    const steps = walk(random, random.pick(places), screen).map((step) => ({ ...step, middle: keepInside(step.middle, box) }))
    sessions.push({ who, screen, returns: random.chance(RETURNING), views: time(steps, screen, traffic, random) })
  }
  for (let i = 0; i < traffic.citizens; i++) add('citizen', i, (random, start, screen) => walkCitizen(box, start, screen, random))
  for (let i = 0; i < traffic.officers; i++) add('officer', i, (random, start, screen) => walkOfficer(start, screen, random))
  for (let i = 0; i < traffic.managers; i++) add('manager', i, (random, start, screen) => walkManager(box, start, screen, random))
  for (const session of sessions) session.views = listAsking(session.views)
  chooseLeft(sessions, createRandom(seed, 25))
  return { parcels, seed, box, places, sessions: sessions.map((session) => ({ ...session, views: forgetHeld(session.views) })) }
}

function walkCitizen(box: Trace['box'], start: Place, screen: Session['screen'], random: Random): Step[] {
  const steps = [{ zoom: fitZoom(box, screen), middle: middleOf(box) }]
  let middle = start
  steps.push({ zoom: 17, middle })
  for (let i = 0; i < 3; i++) {
    middle = pan(middle, 17, screen, random.between(0, 2 * Math.PI), random.between(0.3, 0.8))
    steps.push({ zoom: 17, middle })
  }
  return steps
}

function walkOfficer(start: Place, screen: Session['screen'], random: Random): Step[] {
  const steps: Step[] = []
  let middle = start
  let zoom = 16.5
  let heading = random.pick([0, 1, 2, 3]) * (Math.PI / 2)
  for (let i = 0; i < 20; i++) {
    steps.push({ zoom, middle })
    if (random.chance(0.3)) heading += random.pick([-1, 1]) * (Math.PI / 2) // at a corner
    if (random.chance(0.2)) zoom = random.pick([16, 16.5, 17])
    middle = pan(middle, zoom, screen, heading + random.between(-0.15, 0.15), random.between(0.3, 0.7))
  }
  return steps
}

function walkManager(box: Trace['box'], start: Place, screen: Session['screen'], random: Random): Step[] {
  const quarter = pan(start, 13, screen, random.between(0, 2 * Math.PI), random.between(0.1, 0.4))
  const next = pan(quarter, 13, screen, random.between(0, 2 * Math.PI), random.between(0.4, 0.8))
  return [
    { zoom: 10, middle: middleOf(box) },
    { zoom: 13, middle: quarter },
    { zoom: 15, middle: start },
    { zoom: 15, middle: pan(start, 15, screen, random.between(0, 2 * Math.PI), 0.6) },
    { zoom: 13, middle: next },
    { zoom: 15, middle: pan(next, 15, screen, random.between(0, 2 * Math.PI), 0.5) },
    { zoom: 10, middle: middleOf(box) },
  ]
}

/** Views at times that do not depend on any answer: a start somewhere in the run, then rests of skewed length. */
function time(steps: Step[], screen: Session['screen'], { seconds, restS }: Traffic, random: Random): View[] {
  const rests = steps.map((_, index) => (index === 0 ? 0 : Math.min(3 * restS, random.skewed(restS, 0.4))))
  const lengthS = rests.reduce((sum, rest) => sum + rest, 0)
  let atS = random.between(0, Math.max(0, seconds - lengthS))
  return steps.map(({ zoom, middle }, index) => {
    atS += rests[index]!
    return { at: Math.round(atS * 1000), zoom: round(zoom, 2), middle, ...coverView(middle, zoom, screen) }
  })
}

/** Exactly a quarter of all views, each after a fifth to four fifths of its requests. */
function chooseLeft(sessions: Session[], random: Random): void {
  const views = sessions.flatMap((session) => session.views).map((view) => ({ view, order: random.next() }))
  views.sort((a, b) => a.order - b.order)
  for (const { view } of views.slice(0, Math.round(views.length * LEFT))) {
    const requests = listRequests(view).length
    view.leaveAfter = Math.max(1, Math.floor(requests * random.between(0.2, 0.8)))
  }
}

/** The views that ask for at least one tile that none before them has asked for. */
function listAsking(views: View[]): View[] {
  const asked = new Set<string>()
  return views.filter(({ z, tiles }) => {
    const before = asked.size
    for (const [x, y] of tiles) asked.add(`${z}/${x}/${y}`)
    return asked.size > before
  })
}

/** A map does not ask again for tiles it holds; those of a view that was left are held as far as they came. */
function forgetHeld(views: View[]): View[] {
  const held = new Set<string>()
  return views.map((view) => {
    const fresh: View = { ...view, tiles: view.tiles.filter(([x, y]) => !held.has(`${view.z}/${x}/${y}`)) }
    const requests = listRequests(fresh)
    if (view.leaveAfter !== undefined)
      fresh.leaveAfter = Math.max(1, Math.min(view.leaveAfter, Math.floor(requests.length * 0.8)))
    const missed = new Set(requests.slice(fresh.leaveAfter ?? requests.length).map(({ x, y }) => `${x}/${y}`))
    for (const [x, y] of fresh.tiles) if (!missed.has(`${x}/${y}`)) held.add(`${view.z}/${x}/${y}`)
    return fresh
  })
}

function pan(middle: Place, zoom: number, [widthPx, heightPx]: Session['screen'], heading: number, part: number): Place {
  const [x, y] = project(middle)
  const step = part * pixelAt(zoom)
  return roundPlace(unproject([x + Math.cos(heading) * widthPx * step, y + Math.sin(heading) * heightPx * step]))
}

function keepInside([lon, lat]: Place, [west, south, east, north]: Trace['box']): Place {
  return [Math.min(east, Math.max(west, lon)), Math.min(north, Math.max(south, lat))]
}

/** The zoom at which the box fills the screen but for 24 pixels on each side, as the map opens. */
function fitZoom([west, south, east, north]: Trace['box'], [widthPx, heightPx]: Session['screen']): number {
  const [x0, y1] = project([west, south])
  const [x1, y0] = project([east, north])
  return Math.log2(Math.min((widthPx - 48) / (x1 - x0), (heightPx - 48) / (y1 - y0)) / 512)
}

function middleOf([west, south, east, north]: Trace['box']): Place {
  return roundPlace([(west + east) / 2, (south + north) / 2])
}

function roundPlace([lon, lat]: Place): Place {
  return [round(lon, 6), round(lat, 6)]
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
