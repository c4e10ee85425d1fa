import { sumHeld, WHOLE, type Account, type Books, type Portion } from './keep-books.ts'

/** A use that the ground does not hold must be owed more than this many times its area beyond that. */
const STRANGER_SHARE = 1.25
/** What is drawn stays while no other use is owed this part of its area more: an edit changes no more of the map than it must. */
const KEPT_SHARE = 0.25
/** Up to this part of all ground the whole may owe a use before its patches begin to pay for it, wherever they lie. */
const PATIENCE = 0.004
/** More than this part of all ground is never owed, if there is ground that can pay. */
const LIMIT = 0.008

/**
 * Choose the one use in which a piece of ground holding `portions` is drawn with `area`: the one with the highest claim.
 * @param claims area that each use claims, what lies on the ground itself entered and nothing of it drawn
 * @param kept the use it is drawn in now
 */
export function chooseUse(
  portions: readonly Portion[],
  area: number,
  claims: Iterable<readonly [use: string, claim: number]>,
  kept?: string,
): string {
  const present = new Set(portions.map(({ use }) => use))
  let chosen: string | undefined
  let highest = -Infinity
  for (const [use, claim] of claims) {
    const weighed = present.has(use) ? claim + (use === kept ? KEPT_SHARE * area : 0) : claim - STRANGER_SHARE * area
    if (weighed > highest) [chosen, highest] = [use, weighed]
  }
  if (chosen === undefined) throw new Error('nothing has been entered')
  return chosen
}

/** What each use claims when ground is laid out in a row: all that is owed to it. */
export function* listOwed(books: Books, zoom: number): Generator<[string, number]> {
  for (const [use, { owed }] of books.accounts(zoom, WHOLE)) yield [use, owed]
}

/** What each use claims of ground that has changed: what its own patch owes it, and what the whole owes beyond all patience. */
export function* listClaims(books: Books, zoom: number, patch: number): Generator<[string, number]> {
  const whole = books.accounts(zoom, WHOLE)
  const patience = PATIENCE * sumHeld(whole)
  const local = books.accounts(zoom, patch)
  for (const [use, { owed }] of whole) yield [use, (local.get(use)?.owed ?? 0) + measureExcess(owed, patience)]
}

/** The part of an amount that lies beyond `limit` on either side of nothing. */
export function measureExcess(amount: number, limit: number): number {
  return Math.sign(amount) * Math.max(0, Math.abs(amount) - limit)
}

/** A debt that other ground has to pay: something drawn in `from` is to be drawn in `to`. */
export interface Debt {
  from: string
  to: string
  /** what is owed to `to`, and what is drawn too much of `from` */
  owed: number
  excess: number
}

/** Debts of the whole beyond the limit, the gravest first. */
export function listDebts(accounts: ReadonlyMap<string, Readonly<Account>>): Debt[] {
  const limit = LIMIT * sumHeld(accounts)
  const uses = [...accounts].map(([use, { owed }]) => ({ use, owed }))
  const debts: Debt[] = []
  for (const to of uses) {
    for (const from of uses) {
      if (to.owed <= 0 || from.owed >= 0 || Math.max(to.owed, -from.owed) <= limit) continue
      debts.push({ from: from.use, to: to.use, owed: to.owed, excess: -from.owed })
    }
  }
  return debts.sort((a, b) => Math.min(b.owed, b.excess) - Math.min(a.owed, a.excess))
}

/** Ground drawn in `from`, its area, and how much of `to` lies on it. */
export interface Payer {
  area: number
  present: number
}

/**
 * Choose who pays a debt: whoever settles most of it, and rather one that holds much of the use owed. One that holds none of it pays
 * only a debt that is larger than itself. Null when any would owe more than it pays.
 */
export function choosePayer<P extends Payer>({ owed, excess }: Debt, payers: readonly P[]): P | null {
  let chosen: P | null = null
  let highest = 0
  for (const payer of payers) {
    if (payer.present === 0 && STRANGER_SHARE * payer.area > Math.min(owed, excess)) continue
    const settled = payer.area * (owed + excess - payer.area)
    const weighed = settled * (0.1 + payer.present / payer.area)
    if (weighed > highest) [chosen, highest] = [payer, weighed]
  }
  return chosen
}
