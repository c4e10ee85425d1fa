import { describe, expect, it } from 'vitest'
import { createTileVersions } from '#src/map/tile-versions.ts'

const AT = 'http://x/tiles/land/15/21060/13264.mvt'

describe('which tiles have changed', () => {
  it('none at first: addresses stay as they are, so that the browser’s own copies serve', () => {
    expect(createTileVersions().mark(AT)).toBe(AT)
  })

  it('a changed tile is asked for by its version, others are not', () => {
    const versions = createTileVersions()
    expect(versions.note('land', 7, [[15, 21060, 13264]])).toBe(true)
    expect(versions.mark(AT)).toBe(`${AT}?v=7`)
    expect(versions.mark(AT.replace('land', 'plan'))).not.toContain('?')
    expect(versions.mark('http://x/tiles/land/15/21060/13265.mvt')).not.toContain('?')
    expect(versions.mark('http://x/fonts/a.woff2')).toBe('http://x/fonts/a.woff2')
  })

  it('what is told twice is no news', () => {
    const versions = createTileVersions()
    versions.note('land', 7, [[15, 1, 1]])
    expect(versions.note('land', 7, [[15, 1, 1]])).toBe(false)
    expect(versions.note('land', 7, [[15, 1, 1], [15, 1, 2]])).toBe(true) // prettier-ignore
    expect(versions.note('land', 8, [[15, 1, 1]])).toBe(true)
  })

  it('a transaction that ends late counts though its number is lower', () => {
    const versions = createTileVersions()
    versions.note('land', 100, [[15, 21060, 13264]])
    const age = versions.ageOf('land', { z: 15, x: 21060, y: 13264 })
    expect(versions.note('land', 95, [[15, 21060, 13264]])).toBe(true)
    expect(versions.ageOf('land', { z: 15, x: 21060, y: 13264 })).toBeGreaterThan(age)
    expect(versions.mark(AT)).toBe(`${AT}?v=95`)
  })

  it('tiles cut from the last zoom age with it', () => {
    const versions = createTileVersions()
    versions.note('land', 7, [[16, 10, 20]])
    expect(versions.ageOf('land', { z: 17, x: 21, y: 40 })).toBe(1)
    expect(versions.ageOf('land', { z: 18, x: 43, y: 83 })).toBe(1)
    expect(versions.ageOf('land', { z: 17, x: 22, y: 40 })).toBe(0)
  })

  it('a whole set, or a loss, is newer than what was known of its tiles, and older than what comes after', () => {
    const versions = createTileVersions()
    versions.note('land', 7, [[15, 21060, 13264]])
    versions.note('land', 8, [], true)
    expect(versions.mark(AT)).toBe(`${AT}?v=8`)
    versions.noteLoss()
    expect(versions.mark(AT)).toBe(`${AT}?r=1`)
    expect(versions.mark(AT.replace('land', 'labels'))).toContain('?r=1')
    versions.noteLoss()
    expect(versions.mark(AT)).toBe(`${AT}?r=2`)
    versions.note('land', 9, [[15, 21060, 13264]])
    expect(versions.mark(AT)).toBe(`${AT}?v=9`)
  })

  it('remembers no more than it can hold: then the whole set has changed', () => {
    const versions = createTileVersions()
    for (let i = 0; i < 201; i++)
      versions.note(
        'land',
        i + 1,
        Array.from({ length: 100 }, (_, y) => [15, i, y] as const),
      )
    expect(versions.mark('http://x/tiles/land/9/1/1.mvt')).toContain('?v=201')
    expect(versions.mark('http://x/tiles/plan/9/1/1.mvt')).not.toContain('?')
  })
})
