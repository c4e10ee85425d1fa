import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { coverView } from './cover-view.ts'
import { makeTrace } from './make-trace.ts'
import { listRequests, listSetsAt, locateTrace, readTrace, writeTrace } from './trace.ts'

describe.each([20_000, 1_000_000])('the trace of %i parcels', (parcels) => {
  const trace = readTrace(parcels)!
  const views = trace.sessions.flatMap((session) => session.views)

  test('is what its seed gives, to the byte', () => {
    expect(writeTrace(makeTrace(trace))).toBe(readFileSync(locateTrace(parcels), 'utf8'))
  })

  test('another seed gives another', () => {
    expect(writeTrace(makeTrace({ ...trace, seed: 2 }))).not.toBe(writeTrace(trace))
  })

  test('has all three kinds of people on both screens, and a quarter of its views are left before they are complete', () => {
    expect(new Set(trace.sessions.map((session) => session.who))).toEqual(new Set(['citizen', 'officer', 'manager']))
    expect(new Set(trace.sessions.map((session) => session.screen[0]))).toEqual(new Set([1440, 390]))
    const left = views.filter((view) => view.leaveAfter !== undefined)
    expect(left.length).toBe(Math.round(views.length / 4))
    for (const view of left) expect(view.leaveAfter).toBeLessThan(listRequests(view).length)
  })

  test('asks for tiles that are served, none twice in a session unless it was cut off', () => {
    for (const { views } of trace.sessions) {
      const held = new Set<string>()
      for (const view of views) {
        expect(view.z).toBeGreaterThanOrEqual(8)
        expect(view.z).toBeLessThanOrEqual(16)
        expect(view.tiles).not.toEqual([])
        for (const [x, y] of view.tiles) expect(held).not.toContain(`${view.z}/${x}/${y}`)
        if (view.leaveAfter === undefined) for (const [x, y] of view.tiles) held.add(`${view.z}/${x}/${y}`)
      }
    }
  })
})

test('a screen asks for tiles of the whole zoom below, and of zoom 16 when deeper', () => {
  const middle = [51.35, 32.35] as const
  expect(coverView(middle, 16.9, [1440, 900]).z).toBe(16)
  expect(coverView(middle, 18, [1440, 900]).z).toBe(16)
  // 1440 pixels are 2.8 tiles of 512 at zoom 16, and 0.7 of a tile at zoom 18
  expect(coverView(middle, 16, [1440, 900]).tiles.length).toBeGreaterThanOrEqual(6)
  expect(coverView(middle, 18, [1440, 900]).tiles.length).toBeLessThanOrEqual(4)
})

test('sets are asked for where something of theirs is drawn', () => {
  expect(listSetsAt(10)).toEqual(['land'])
  expect(listSetsAt(13)).toEqual(['land', 'labels'])
  expect(listSetsAt(16)).toEqual(['land', 'plan', 'labels'])
})
