/** National id of a natural person that cannot belong to anyone: prefixes 999 and 000 are not issued. Serial 1 … 1,999,000. */
export function syntheticNationalId(serial: number): string {
  const body = serial < 999000 ? `999${String(serial).padStart(6, '0')}` : `000${String(serial - 998999).padStart(6, '0')}`
  let sum = 0
  for (let i = 0; i < 9; i++) sum += Number(body[i]) * (10 - i)
  const rest = sum % 11
  return body + (rest < 2 ? rest : 11 - rest)
}

/** Legal-entity id of 11 digits beginning with 99: the published algorithm, a prefix that is not given out. */
export function syntheticLegalId(serial: number): string {
  // The rule forbids zeros in the fourth to ninth place: serials start at a million.
  const body = `99${String(1_000_000 + serial).padStart(8, '0')}`
  const weights = [29, 27, 23, 19, 17]
  const addend = Number(body[9]) + 2
  let sum = 0
  for (let i = 0; i < 10; i++) sum += (Number(body[i]) + addend) * weights[i % 5]!
  return body + ((sum % 11) % 10)
}

/** Postal code beginning with 847 that passes the strict rule: no 0 or 2 in the first five digits, no 2 in the rest. Null past 2.8 million. */
export function postalCode(serial: number): string | null {
  let rest = serial
  const tail: string[] = []
  for (let i = 0; i < 5; i++) {
    tail.unshift('013456789'[rest % 9]!)
    rest = Math.floor(rest / 9)
  }
  const five = '134679'[rest % 6]!
  rest = Math.floor(rest / 6)
  if (rest >= 8) return null
  return `847${'13456789'[rest]}${five}${tail.join('')}`
}
