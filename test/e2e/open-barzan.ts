import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe, { type AxeResults } from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { findChromium } from '../../src/setup/find-chromium.mjs'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { endServer, startServer } from '../start-server.ts'

/** The real server process on a database of its own, and a real browser in front of it. */
export interface OpenBarzan {
  origin: string
  database: TestDatabase
  openPage(options?: PageOptions): Promise<Page>
  /** Ends the server as an administrator does, and starts another at the same address once `meanwhile` is done. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>
  /** Ends pages, browser, server and database, in this order. */
  close(): Promise<void>
}
export interface PageOptions {
  size?: keyof typeof SIZES
  theme?: 'light' | 'dark'
  context?: BrowserContextOptions
  /** messages that this journey provokes on purpose */
  expected?: RegExp
}

/** The four widths of the design, in CSS pixels. */
export const SIZES = {
  small: { width: 360, height: 740 },
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1366, height: 768 },
  large: { width: 1920, height: 1080 },
} as const

const SCREENS = new URL('../screens/', import.meta.url).pathname

/** Start the server on a free port and a browser. `city: false` serves an empty land. */
export async function openBarzan(options: { city?: boolean; env?: Record<string, string> } = {}): Promise<OpenBarzan> {
  const database = await createTestDatabase({ city: options.city ?? true })
  let server = await startServer(database.url, { env: options.env ?? {} })
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-dev-shm-usage'],
  })
  return {
    origin: server.origin,
    database,
    openPage: (page) => openPage(browser, server.origin, page),
    async restart(meanwhile) {
      await endServer(server)
      await meanwhile?.()
      server = await startServer(database.url, { env: options.env ?? {}, port: Number(new URL(server.origin).port) })
    },
    async close() {
      await browser.close()
      const hasLasted = await endServer(server)
      await database.drop()
      if (!hasLasted) throw new Error(`the server ended during the journeys:\n${server.said()}`)
    },
  }
}

/** A page that fails its test on any error of the console, and on any request to another host. */
async function openPage(browser: Browser, origin: string, options: PageOptions = {}): Promise<Page> {
  const size = SIZES[options.size ?? 'desktop']
  const isPhone = size.width < 500
  const context = await browser.newContext({
    baseURL: origin,
    viewport: size,
    hasTouch: isPhone,
    isMobile: isPhone,
    deviceScaleFactor: isPhone ? 2 : 1,
    colorScheme: options.theme ?? 'light',
    reducedMotion: 'reduce',
    ...options.context,
  })
  const page = await context.newPage()
  const faults: string[] = []
  faultsOf.set(page, faults)
  const note = (fault: string) => {
    if (!options.expected?.test(fault)) faults.push(fault)
  }
  page.on('pageerror', (error) => note(`page error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (!/^(data|blob|about):/.test(request.url()) && !request.url().startsWith(origin)) note(`outside request: ${request.url()}`)
  })
  return page
}

const faultsOf = new WeakMap<Page, string[]>()

/** Everything that went wrong on the page so far; empty when all is well. */
export function faults(page: Page): string[] {
  return faultsOf.get(page) ?? []
}

/** Wait until the map has drawn its first full view. */
export async function waitForMap(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.map === 'ready', undefined, { timeout: 60_000 })
}

/** Keep a picture for people to look at: test/screens/<name>.png */
export async function keepScreen(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  mkdirSync(SCREENS, { recursive: true })
  await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: options.fullPage ?? false })
}

/** What axe finds serious or critical under WCAG 2.2 A and AA, as short sentences. */
export async function findSeriousIssues(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    }),
  )
  return results.violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map(
      (violation) =>
        `${violation.id}: ${violation.help} (${violation.nodes
          .map((node) => node.target.join(' '))
          .slice(0, 4)
          .join('; ')})`,
    )
}
