/** How the text of an attribute table is written, and how that was found out. */
export interface DbfEncoding {
  label: string
  from: string
  decoder: TextDecoder
}

/** Language driver ids of dBASE headers that name a code page which the platform can decode. */
const BY_DRIVER: Record<number, string> = {
  0x03: 'windows-1252', 0x57: 'windows-1252', 0x58: 'windows-1252', 0x59: 'windows-1252', 0x26: 'ibm866', 0x65: 'ibm866',
  0x13: 'shift_jis', 0x7b: 'shift_jis', 0x4d: 'gbk', 0x7a: 'gbk', 0x4e: 'euc-kr', 0x79: 'euc-kr', 0x4f: 'big5', 0x78: 'big5',
  0x50: 'windows-874', 0x7c: 'windows-874', 0xc8: 'windows-1250', 0xc9: 'windows-1251', 0xca: 'windows-1254',
  0xcb: 'windows-1253', 0xcc: 'windows-1257', 0x7d: 'windows-1255', 0x7e: 'windows-1256',
} // prettier-ignore

/** Spellings found in .cpg files that the platform does not know. */
const SPELLINGS: Record<string, string> = {
  'big-5': 'big5', koi8r: 'koi8-r', koi8u: 'koi8-u', shiftjis: 'shift_jis', eucjp: 'euc-jp', euckr: 'euc-kr', utf8: 'utf-8',
} // prettier-ignore
/** Fields cut at their last byte break some characters even in true UTF-8; other encodings break nearly all. */
const MOST_BROKEN = 0.1

/**
 * Which encoding: what the .cpg says, else the table's own header, else UTF-8 when the bytes are UTF-8, else Windows-1252.
 * A .cpg that is a web page or nonsense is passed over.
 */
export function chooseEncoding(cpg: string | null, driver: number, sample: Uint8Array): DbfEncoding {
  const named = cpg === null ? null : openDecoder(normaliseLabel(cpg), 'the .cpg')
  if (named) return named
  const byDriver = BY_DRIVER[driver]
  // Many programs write driver 0x57 ("ANSI") whatever they mean; valid UTF-8 beyond ASCII is no accident.
  const looksUtf8 = sample.some((byte) => byte > 127) && isUtf8(sample)
  if (byDriver && !(byDriver === 'windows-1252' && looksUtf8)) {
    const decoder = openDecoder(byDriver, 'the header of the .dbf')
    if (decoder) return decoder
  }
  return looksUtf8 || !sample.some((byte) => byte > 127)
    ? openDecoder('utf-8', 'the bytes themselves')!
    : openDecoder('windows-1252', 'assumption: nothing says it and it is not UTF-8')!
}

/** Decode bytes. Windows-1256 has no ی: files written with it use ي for both. */
export function decodeWith({ decoder, label }: DbfEncoding, bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  return label === 'windows-1256' ? text.replaceAll('ي', 'ی') : text
}

function normaliseLabel(cpg: string): string {
  const text = cpg
    .replace(/^\ufeff/, '')
    .trim()
    .toLowerCase()
  const number = /^(?:cp|ansi[ _-]?|windows[ _-]?|oem[ _-]?|ibm[ _-]?)?(\d{3,5})$/.exec(text)?.[1]
  if (Object.hasOwn(SPELLINGS, text)) return SPELLINGS[text]!
  if (number === '65001') return 'utf-8'
  if (number === '936') return 'gbk'
  if (number === '949') return 'euc-kr'
  if (number === '950') return 'big5'
  if (number === '932') return 'shift_jis'
  if (number === '1200') return 'utf-16le'
  if (number === '866') return 'ibm866'
  if (number === '874' || /^125\d$/.test(number ?? '')) return `windows-${number}`
  const iso = /^(?:iso[ _-]?)?8859[ _-]?(\d{1,2})$/.exec(text)?.[1] ?? /^88591?(\d{1,2})$/.exec(text)?.[1]
  if (iso) return `iso-8859-${Number(iso)}`
  return text
}

function openDecoder(label: string, from: string): DbfEncoding | null {
  try {
    const decoder = new TextDecoder(label)
    return { label: decoder.encoding, from, decoder }
  } catch {
    return null
  }
}

/** Are the bytes beyond ASCII characters of UTF-8? */
function isUtf8(bytes: Uint8Array): boolean {
  const beyond = new TextDecoder('utf-8').decode(bytes).replace(/[\0-\x7f]/g, '')
  const broken = beyond.replace(/[^\ufffd]/g, '').length
  return broken <= (beyond.length - broken) * MOST_BROKEN
}
