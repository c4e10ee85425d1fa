/** Advisory locks: a number for each thing that one process at a time may do. Any numbers, the same in every process. */
export const LOCKS = {
  migrate: 7_290_111,
  /** To make the first city, or to import: both begin by asking whether there is a city yet. */
  fillLand: 7_290_112,
} as const
