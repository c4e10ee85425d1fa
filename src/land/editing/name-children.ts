/** A property's renovation code: district-region-block-house, and nothing built on it. */
const PROPERTY = /^(\d+-\d+-\d+)-(\d+)-0-0-0$/
/** What a child of a free code ends in. */
const SUFFIX = /\.(\d{1,6})$/

/** The codes among which a new one is looked for: every code, current or retired, that begins like this. */
export function findCodeFamily(parentCode: string, isKnown: (code: string) => boolean): string {
  const property = PROPERTY.exec(parentCode)
  if (property) return `${property[1]}-`
  const base = parentCode.replace(SUFFIX, '')
  return `${base !== parentCode && isKnown(base) ? base : parentCode}.`
}

/**
 * Codes for new parcels, never used before. Renovation code: the next free house numbers of the block. Any other scheme: the
 * parent's code with `.1`, `.2`, …; a child of `A12.1` is again one of `A12`, so that codes do not grow with every split.
 * @param family what findCodeFamily says
 * @param used every code ever given that begins with `family`
 */
export function nameChildren(family: string, used: Iterable<string>, count: number): string[] {
  const isBlock = family.endsWith('-')
  let last = 0
  for (const code of used) {
    if (!code.startsWith(family)) continue
    const number = isBlock ? PROPERTY.exec(code)?.[2] : SUFFIX.exec(code)?.[1]
    if (number !== undefined && (isBlock || code === `${family}${number}`)) last = Math.max(last, Number(number))
  }
  return Array.from({ length: count }, (_, i) => `${family}${last + 1 + i}${isBlock ? '-0-0-0' : ''}`)
}
