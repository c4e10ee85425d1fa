import { MAX_ZOOM, MIN_ZOOM } from './catalogue.ts'

export interface TileAddress {
  z: number
  x: number
  y: number
}

export type AddressReading = TileAddress | { refusal: 'nonsense' | 'outside'; fa: string; en: string }

/** At most this many digits: 2¹⁶ tiles a side have five, and longer numbers are not worth parsing. */
const WHOLE = /^\d{1,9}$/

/**
 * Read z, x and y of a tile address. What is not a whole number is `nonsense`; a zoom that is not served, or a column or
 * row that does not exist at its zoom, is `outside`.
 */
export function readTileAddress(z: string, x: string, y: string): AddressReading {
  if (![z, x, y].every((part) => WHOLE.test(part))) {
    return {
      refusal: 'nonsense',
      fa: 'نشانی کاشی سه عدد صحیح می‌خواهد: بزرگ‌نمایی، ستون و ردیف؛ مانند ‎/tiles/land/15/21060/13270.mvt',
      en: 'A tile address needs three whole numbers, zoom, column and row, like /tiles/land/15/21060/13270.mvt.',
    }
  }
  const address = { z: Number(z), x: Number(x), y: Number(y) }
  if (address.z < MIN_ZOOM || address.z > MAX_ZOOM) {
    return {
      refusal: 'outside',
      fa: `کاشی‌ها از بزرگ‌نمایی ${MIN_ZOOM} تا ${MAX_ZOOM} هستند.`,
      en: `Tiles are served from zoom ${MIN_ZOOM} to ${MAX_ZOOM}.`,
    }
  }
  const side = 2 ** address.z
  if (address.x >= side || address.y >= side) {
    return {
      refusal: 'outside',
      fa: `در بزرگ‌نمایی ${address.z} ستون و ردیف از ۰ تا ${side - 1} هستند.`,
      en: `At zoom ${address.z} columns and rows run from 0 to ${side - 1}.`,
    }
  }
  return address
}
