import { chromium, type Browser } from 'playwright-core'
import { openPool } from '#db/connect.ts'
import { findChromium } from '../../src/setup/find-chromium.mjs'
import { endServer, startServer } from '../start-server.ts'
import type { Figure } from './figures.ts'
import { openSlowLine, type LineSpeed, type Passage } from './slow-line.ts'

const FAST: LineSpeed = { bitsPerSecond: 1e9, roundTripMs: 0 }
const PHONE = { width: 390, height: 844 }
const KB = 1000

/** Bytes of script of every kind of page, bytes of the first map view on a phone, and when the map can be used on slow lines. */
export async function benchPages(databaseUrl: string): Promise<Figure[]> {
  const server = await startServer(databaseUrl)
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-dev-shm-usage'],
  })
  try {
    const code = await chooseCode(databaseUrl)
    const figures: Figure[] = []
    for (const path of ['/', '/en', `/parcels/${encodeURIComponent(code)}`]) {
      const passages = await visit(browser, server.origin, path)
      figures.push({
        group: 'pages',
        name: `script of ${path.replace(encodeURIComponent(code), '<code>')}`,
        value: sum(passages, isScript) / KB,
        unit: 'kB',
        limit: 70,
        note: 'brotli',
      })
    }
    figures.push(...(await measureFirstView(browser, server.origin)))
    figures.push(...(await measureReady(browser, server.origin, { bitsPerSecond: 9e6, roundTripMs: 100 }, 1, 2.5)))
    figures.push(...(await measureReady(browser, server.origin, { bitsPerSecond: 1.6e6, roundTripMs: 150 }, 4, 6)))
    return figures
  } finally {
    await browser.close()
    await endServer(server)
  }
}

async function visit(browser: Browser, origin: string, path: string): Promise<Passage[]> {
  const line = await openSlowLine(origin, FAST)
  const context = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true })
  try {
    const page = await context.newPage()
    await page.goto(line.origin + path, { waitUntil: 'networkidle' })
    if (path.includes('/map')) await waitForMap(page)
    return line.passages
  } finally {
    await context.close()
    await line.close()
  }
}

async function measureFirstView(browser: Browser, origin: string): Promise<Figure[]> {
  const passages = await visit(browser, origin, '/map')
  const figure = (name: string, of: (passage: Passage) => boolean, limit?: number): Figure => ({
    group: 'pages',
    name,
    value: sum(passages, of) / KB,
    unit: 'kB',
    limit,
  })
  return [
    {
      ...figure('first map view at 390×844, all', () => true, 650),
      value: passages.reduce((bytes, passage) => bytes + passage.bodyBytes + passage.headBytes, 0) / KB,
      note: `${passages.length} answers, with headers`,
    },
    figure('— of it fonts', isFont, 60),
    figure('— of it script', isScript),
    {
      ...figure('— of it tiles', (passage) => passage.path.startsWith('/tiles/')),
      note: `${passages.filter((passage) => passage.path.endsWith('.mvt')).length} tiles`,
    },
  ]
}

/**
 * When the map can be used: median of three visits with an empty cache. The machine has no graphics processor, so what the
 * software renderer took is measured apart (busy time of the browser's GPU process) and shown beside the whole.
 */
async function measureReady(
  browser: Browser,
  origin: string,
  speed: LineSpeed,
  slowdown: number,
  limitS: number,
): Promise<Figure[]> {
  const visits: { readyMs: number; renderMs: number; usableMs: number }[] = []
  for (let i = 0; i < 3; i++) {
    const line = await openSlowLine(origin, speed)
    const context = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true })
    try {
      const page = await context.newPage()
      const cdp = await context.newCDPSession(page)
      if (slowdown > 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
      await browser.startTracing(page, {
        categories: ['gpu', 'disabled-by-default-gpu.service', 'viz', 'toplevel', '__metadata'],
      })
      const from = performance.now()
      await page.goto(`${line.origin}/map`, { waitUntil: 'commit' })
      await waitForMap(page)
      const readyMs = performance.now() - from
      const renderMs = sumRendering((await browser.stopTracing()).toString(), readyMs)
      const networkMs = Math.max(...line.passages.map((passage) => passage.endedAt - from).filter((endMs) => endMs <= readyMs))
      // Rendering that went on while bytes were still coming cost nothing.
      visits.push({ readyMs, renderMs, usableMs: Math.max(readyMs - renderMs, networkMs) })
    } finally {
      await context.close()
      await line.close()
    }
  }
  const middle = visits.sort((a, b) => a.usableMs - b.usableMs)[1]!
  const name = `map usable at ${speed.bitsPerSecond / 1e6} Mbit/s, ${speed.roundTripMs} ms${slowdown > 1 ? `, processor ÷ ${slowdown}` : ''}`
  return [
    {
      group: 'pages',
      name,
      value: middle.usableMs / 1000,
      unit: 's',
      limit: limitS,
      note: 'without software rendering',
    },
    {
      group: 'pages',
      name: `— with software rendering`.replace('—', `${name} —`),
      value: middle.readyMs / 1000,
      unit: 's',
      note: `rendering ${(middle.renderMs / 1000).toFixed(2)} s`,
    },
  ]
}

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  args?: { name?: string }
}

/** Busy time of the GPU process's main thread, milliseconds, at most `withinMs`. */
function sumRendering(trace: string, withinMs: number): number {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] }
  const gpu = traceEvents.find((event) => event.name === 'thread_name' && event.args?.name === 'CrGpuMain')
  const tasks = traceEvents
    .filter((event) => event.ph === 'X' && event.pid === gpu?.pid && event.tid === gpu.tid && event.dur)
    .map((event) => [event.ts, event.ts + event.dur!] as const)
    .sort((a, b) => a[0] - b[0])
  let busy = 0
  let until = -Infinity
  for (const [start, end] of tasks) {
    busy += Math.max(0, end - Math.max(start, until))
    until = Math.max(until, end)
  }
  return Math.min(busy / 1000, withinMs)
}

async function waitForMap(page: {
  waitForFunction(check: () => boolean, argument: undefined, options: { timeout: number; polling: number }): Promise<unknown>
}) {
  await page.waitForFunction(() => document.documentElement.dataset.map === 'ready', undefined, { timeout: 120_000, polling: 20 })
}

async function chooseCode(databaseUrl: string): Promise<string> {
  const pool = openPool(databaseUrl, { size: 1 })
  try {
    const { rows } = await pool.query<{ code: string }>(
      `select code from land.parcels where status = 'current' order by parcel_id limit 1`,
    )
    return rows[0]!.code
  } finally {
    await pool.end()
  }
}

function sum(passages: readonly Passage[], of: (passage: Passage) => boolean): number {
  return passages.filter(of).reduce((bytes, passage) => bytes + passage.bodyBytes, 0)
}
function isScript(passage: Passage): boolean {
  return /javascript/.test(passage.contentType)
}
function isFont(passage: Passage): boolean {
  return /font/.test(passage.contentType) || /\.woff2/.test(passage.path)
}
