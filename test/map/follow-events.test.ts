import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followEvents, type EventFollower } from '#src/map/follow-events.ts'

// A browser by hand: its clock, its event sources, and whether somebody looks.
class HandSource extends EventTarget {
  static all: HandSource[] = []
  isClosed = false
  url: string
  constructor(url: string) {
    super()
    this.url = url
    HandSource.all.push(this)
  }
  close() {
    this.isClosed = true
  }
  say(name: string, data: unknown, lastEventId = '') {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data), lastEventId }))
  }
}
const page = Object.assign(new EventTarget(), { hidden: false })
const world = new EventTarget()
let follower: EventFollower
let lives: boolean[]
let heard: unknown[]

beforeEach(() => {
  vi.useFakeTimers()
  HandSource.all = []
  page.hidden = false
  lives = []
  heard = []
  vi.stubGlobal('EventSource', HandSource)
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', world.addEventListener.bind(world))
  vi.stubGlobal('removeEventListener', world.removeEventListener.bind(world))
  follower = followEvents({
    sets: ['land'],
    box: [1, 2, 3, 4],
    onOpen: () => heard.push('open'),
    hear: (name, data) => heard.push([name, data]),
    onLive: (isLive) => lives.push(isLive),
  })
})
afterEach(() => {
  follower.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})
const source = () => HandSource.all.at(-1)!
const countOpen = () => HandSource.all.filter(({ isClosed }) => !isClosed).length

describe('following events', () => {
  it('asks for its sets and box, and passes on what it hears', () => {
    expect(source().url).toBe('/events?sets=land&bbox=1%2C2%2C3%2C4')
    source().say('ready', { resumed: false }, '1:1:')
    source().say('tiles', { set: 'land' }, '2:2:')
    source().say('beat', {}, '3:3:')
    expect(heard).toEqual(['open', ['ready', { resumed: false }], ['tiles', { set: 'land' }]])
  })

  it('goes on from the last event with another box', () => {
    source().say('beat', {}, '3:3:')
    follower.watch([5, 6, 7, 8])
    expect(source().url).toBe('/events?sets=land&bbox=5%2C6%2C7%2C8&since=3%3A3%3A')
    expect(countOpen()).toBe(1)
  })

  it('what an earlier stream still says is not heard', () => {
    const former = source()
    follower.watch([5, 6, 7, 8])
    former.say('tiles', {}, '9:9:')
    former.dispatchEvent(new Event('error'))
    expect(heard).toEqual(['open', 'open'])
    expect(countOpen()).toBe(1)
  })

  it('comes back after an error: soon, then later each time, and never at a fixed time', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const waits = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map((expected) => {
      const before = HandSource.all.length
      source().dispatchEvent(new Event('error'))
      vi.advanceTimersByTime(expected - 1)
      expect(HandSource.all).toHaveLength(before)
      vi.advanceTimersByTime(1)
      return HandSource.all.length - before
    })
    expect(waits).toEqual([1, 1, 1, 1, 1, 1, 1])
    source().say('ready', { resumed: true })
    source().dispatchEvent(new Event('error'))
    vi.advanceTimersByTime(1_000)
    expect(countOpen()).toBe(1)
    vi.restoreAllMocks()
  })

  it('says nothing of short interruptions; after half a minute it does, and again when it is back', () => {
    source().say('ready', { resumed: false })
    source().dispatchEvent(new Event('error'))
    vi.advanceTimersByTime(25_000)
    expect(lives).toEqual([])
    vi.advanceTimersByTime(10_000)
    expect(lives).toEqual([false])
    follower.watch([1, 2, 3, 4])
    vi.advanceTimersByTime(30_000)
    source().say('ready', { resumed: true })
    expect(lives).toEqual([false, true])
  })

  it('a line that is silent is dead, whatever the browser believes', () => {
    source().say('ready', { resumed: false }, '1:1:')
    vi.advanceTimersByTime(45_000)
    source().say('beat', {}, '2:2:')
    vi.advanceTimersByTime(45_000)
    expect(HandSource.all).toHaveLength(1)
    vi.advanceTimersByTime(10_000)
    expect(source().url).toContain('since=2%3A2%3A')
    expect(countOpen()).toBe(1)
  })

  it('rests while nobody looks for long, and goes on when somebody does', () => {
    source().say('ready', { resumed: false }, '1:1:')
    look(false)
    vi.advanceTimersByTime(30_000)
    expect(countOpen()).toBe(1)
    vi.advanceTimersByTime(30_000)
    expect(countOpen()).toBe(0)
    vi.advanceTimersByTime(3_600_000)
    expect(countOpen()).toBe(0)
    look(true)
    expect(countOpen()).toBe(1)
    expect(source().url).toContain('since=1%3A1%3A')
    expect(lives).toEqual([])
  })

  it('back on line, it does not wait for the next try', () => {
    for (let i = 0; i < 5; i++) {
      source().dispatchEvent(new Event('error'))
      vi.advanceTimersByTime(40_000)
    }
    source().dispatchEvent(new Event('error'))
    world.dispatchEvent(new Event('online'))
    expect(countOpen()).toBe(1)
  })

  it('ends', () => {
    follower.close()
    world.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(3_600_000)
    expect(countOpen()).toBe(0)
  })
})

function look(isSeen: boolean) {
  page.hidden = !isSeen
  page.dispatchEvent(new Event('visibilitychange'))
}
