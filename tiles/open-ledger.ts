/** A use as a key of a ledger, and back. */
export interface Use {
  landUse: string | null
  density: number | null
}
export interface Portion extends Use {
  area: number
}

/** Keeps the books of generalisation: what was not drawn of a use where it lies is owed to it by what is drawn next. */
export interface Ledger {
  /** Enter what lies on a piece of ground. */
  enter(portions: readonly Portion[]): void
  /** The area of all uses together that waits to be drawn. */
  owed(): number
  /**
   * Choose the one use in which a piece of ground holding `portions`, already entered, is drawn with `area`, and book it: the
   * use that is owed most. One that the ground does not hold must be owed more than 1¼ times its area beyond that.
   */
  settle(portions: readonly Portion[], area: number): Use
}

const STRANGER_SHARE = 1.25

/** Error diffusion over pieces of ground, visited in an order that keeps neighbours together. */
export function openLedger(): Ledger {
  const accounts = new Map<string, Portion>()
  const keyOf = ({ landUse, density }: Use) => `${landUse} ${density}`

  return {
    enter(portions) {
      for (const { landUse, density, area } of portions) {
        const account = accounts.get(keyOf({ landUse, density }))
        if (account) account.area += area
        else accounts.set(keyOf({ landUse, density }), { landUse, density, area })
      }
    },
    owed() {
      let total = 0
      for (const { area } of accounts.values()) total += area
      return total
    },
    settle(portions, area) {
      const present = new Set(portions.map(keyOf))
      let chosen: Portion | undefined
      let claim = -Infinity
      for (const [key, account] of accounts) {
        const accountClaim = present.has(key) ? account.area : account.area - STRANGER_SHARE * area
        if (accountClaim > claim) [chosen, claim] = [account, accountClaim]
      }
      if (!chosen) throw new Error('nothing has been entered')
      chosen.area -= area
      return { landUse: chosen.landUse, density: chosen.density }
    },
  }
}
