/** How much of one use: `use` is its code and the density of its dwellings (`RES2`, `COM`, `---` where the source does not say). */
export interface Portion {
  use: string
  /** whole hundredths of a unit² of EPSG:3857 */
  area: number
}

/** A use in a patch of ground: how much there is of it, and how much of that still waits to be drawn (below zero: too much is). */
export interface Account {
  held: number
  owed: number
}

/** A row of `tiles.balances`. */
export interface Balance extends Account {
  zoom: number
  patch: number
  use: string
}

/** The patch that stands for the whole municipality. */
export const WHOLE = -1

/**
 * The books of generalisation, for each zoom: what is not drawn of a use where it lies is owed to it, by its patch and by the
 * whole. Whatever is entered, drawn or taken back, `owed` of the whole is what is held less what is drawn; numbers are whole, so it
 * is exact. Patches keep only what edits have changed since all was laid out.
 */
export interface Books {
  /** Enter what lies in a patch (`times` -1: take it out). */
  enter(zoom: number, patch: number, portions: readonly Portion[], times?: 1 | -1): void
  /** Book that so much of a use is drawn in a patch (below zero: no longer). */
  draw(zoom: number, patch: number, use: string, area: number): void
  accounts(zoom: number, patch: number): ReadonlyMap<string, Readonly<Account>>
  /** By how much accounts have changed since the books were opened. */
  listChanges(): Balance[]
}

export function openBooks(balances: Iterable<Balance> = []): Books {
  const books = new Map<string, Map<string, Account>>()
  const changes = new Map<Account, Balance>()
  const page = (zoom: number, patch: number) => {
    const key = `${zoom} ${patch}`
    let accounts = books.get(key)
    if (!accounts) books.set(key, (accounts = new Map()))
    return accounts
  }
  for (const { zoom, patch, use, held, owed } of balances) page(zoom, patch).set(use, { held, owed })

  const book = (zoom: number, patch: number, use: string, held: number, drawn: number) => {
    for (const place of [patch, WHOLE]) {
      const accounts = page(zoom, place)
      let account = accounts.get(use)
      if (!account) accounts.set(use, (account = { held: 0, owed: 0 }))
      account.held += held
      account.owed += held - drawn
      let change = changes.get(account)
      if (!change) changes.set(account, (change = { zoom, patch: place, use, held: 0, owed: 0 }))
      change.held += held
      change.owed += held - drawn
    }
  }
  return {
    enter(zoom, patch, portions, times = 1) {
      for (const { use, area } of portions) book(zoom, patch, use, times * area, 0)
    },
    draw: (zoom, patch, use, area) => book(zoom, patch, use, 0, area),
    accounts: page,
    listChanges: () => [...changes.values()].filter(({ held, owed }) => held !== 0 || owed !== 0),
  }
}

/** How much there is of all uses together. */
export function sumHeld(accounts: ReadonlyMap<string, Readonly<Account>>): number {
  let total = 0
  for (const { held } of accounts.values()) total += held
  return total
}

/** How much of all uses together waits to be drawn. */
export function sumOwed(accounts: ReadonlyMap<string, Readonly<Account>>): number {
  let total = 0
  for (const { owed } of accounts.values()) total += owed
  return total
}

export function sumAreas(portions: readonly Portion[]): number {
  return portions.reduce((sum, { area }) => sum + area, 0)
}

/** The same areas, one portion a use, in the order of the uses. */
export function sumByUse(portions: readonly Portion[]): Portion[] {
  const areas = new Map<string, number>()
  for (const { use, area } of portions) areas.set(use, (areas.get(use) ?? 0) + area)
  return [...areas].map(([use, area]) => ({ use, area })).sort((a, b) => (a.use < b.use ? -1 : 1))
}
