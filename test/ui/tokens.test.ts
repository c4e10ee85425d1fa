import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('../../src/ui/tokens.css', import.meta.url), 'utf8')
const [lightText = '', darkText = ''] = css.split("[data-theme='dark'] {")
const readTokens = (text: string) =>
  Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]))
const light = readTokens(lightText)
const themes = { light, dark: { ...light, ...readTokens(darkText.split('}')[0]!) } }

/** Contrast of two colours by WCAG 2.2. */
function measureContrast(a: string, b: string): number {
  const [bright, dim] = [a, b].map(measureLuminance).sort((x, y) => y - x)
  return (bright! + 0.05) / (dim! + 0.05)
}
function measureLuminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

describe.each(Object.entries(themes))('%s', (_, tokens) => {
  const contrast = (a: string, b: string) => measureContrast(tokens[a]!, tokens[b]!)

  test('text is at least 4.5:1 on every ground it stands on', () => {
    const grounds = ['paper', 'surface', 'surface-2']
    const texts = [
      'ink',
      'ink-2',
      'ink-3',
      'action',
      'danger',
      'done',
      'info',
      'answer-yes',
      'answer-no',
      'answer-no-data',
      'answer-failed',
    ]
    const pairs = [
      ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
      ['ink-on-action', 'action'], ['ink-on-action', 'action-hover'], ['accent-ink', 'accent-tint'], ['danger', 'danger-tint'],
      ['done', 'done-tint'], ['info', 'info-tint'], ['action', 'action-tint'], ['ink', 'action-tint'], ['ink', 'accent-tint'], ['action', 'accent-tint'],
    ] as const // prettier-ignore
    const weak = pairs
      .map(([a, b]) => ({ pair: `${a} on ${b}`, ratio: Number(contrast(a, b).toFixed(2)) }))
      .filter(({ ratio }) => ratio < 4.5)
    expect(weak).toEqual([])
  })

  test('controls, selection and marks are at least 3:1', () => {
    const pairs = [
      ['line-control', 'surface'],
      ['line-control', 'paper'],
      ['action', 'plan-plot'],
      ['action', 'plan-street'],
      ['danger', 'plan-street'],
    ] as const
    expect(pairs.filter(([a, b]) => contrast(a, b) < 3)).toEqual([])
  })

  test('labels of the map are at least 4.8:1 on the hardest land use', () => {
    const uses = Object.keys(tokens).filter((name) => name.startsWith('lu-'))
    const weak = uses
      .map((use) => ({ use, ratio: Number(contrast('m-label', use).toFixed(2)) }))
      .filter(({ ratio }) => ratio < 4.8)
    expect(weak).toEqual([])
  })
})
