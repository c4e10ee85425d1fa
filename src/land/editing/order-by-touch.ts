/**
 * Ids in an order in which each touches one before it, beginning with the first; `apart` are those that no chain of touching
 * parcels joins to it.
 */
export function orderByTouch(
  ids: readonly number[],
  touching: readonly (readonly [number, number])[],
): { order: number[]; apart: number[] } {
  const order = ids.slice(0, 1)
  for (let i = 0; i < order.length; i++) {
    for (const [a, b] of touching) {
      const next = a === order[i] ? b : b === order[i] ? a : null
      if (next !== null && ids.includes(next) && !order.includes(next)) order.push(next)
    }
  }
  return { order, apart: ids.filter((id) => !order.includes(id)) }
}
