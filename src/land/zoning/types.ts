/** The first form of the four-valued answer (promise 1). A failed look-up never reads as "no". */
export const ANSWERS = ['applies', 'does-not-apply', 'no-data', 'source-failed'] as const
export type Answer = (typeof ANSWERS)[number]

/** One theme (zone, street widening, buffer…) at one parcel. */
export interface ThemeAnswer {
  theme: string // land.themes.code
  nameFa: string
  nameEn: string
  answer: Answer
  source: { fa: string; en: string }
  dataDate: string | null // ISO date of the source's data
  askedAt: string // ISO instant
  /** Part of the parcel concerned, in m² of the authoritative CRS and as a share 0…1; null unless the answer is "applies". */
  areaM2: number | null
  share: number | null
  /** What applies: zone code and name, planned width, buffer and its effect. */
  items: { labelFa: string; labelEn: string; effect: 'no-build' | 'conditional' | 'inquiry' | null; areaM2: number }[]
  /** Distance to the nearest thing of the theme when it does not apply; metres. */
  nearestM: number | null
}
