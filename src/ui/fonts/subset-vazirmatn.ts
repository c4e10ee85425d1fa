import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import subsetFont from 'subset-font'
import type { Plugin } from 'vite'

const source = createRequire(import.meta.url).resolve('vazirmatn/fonts/variable/Vazirmatn[wght].ttf')
const target = fileURLToPath(new URL('./vazirmatn.woff2', import.meta.url))

/**
 * Vite plugin: cuts Vazirmatn (SIL Open Font License) down to the characters and weights the pages use and writes
 * `vazirmatn.woff2` beside this file, once. Vite then serves it under a name with its content hash.
 */
export function subsetVazirmatn(): Plugin {
  return {
    name: 'barzan:subset-vazirmatn',
    async buildStart() {
      await writeSubset()
    },
  }
}

/** Writes the subset unless it is there and newer than its source and this recipe. Returns its size in bytes. */
export async function writeSubset(): Promise<number> {
  const isFresh =
    existsSync(target) &&
    [source, fileURLToPath(import.meta.url)].every((file) => statSync(file).mtimeMs <= statSync(target).mtimeMs)
  if (!isFresh) {
    const woff2 = await subsetFont(readFileSync(source), CHARACTERS, {
      targetFormat: 'woff2',
      variationAxes: { wght: { min: 400, max: 700 } },
    })
    writeFileSync(target, woff2)
  }
  return statSync(target).size
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join('')

/** Persian and Arabic letters (joined forms follow), both sets of digits, marks, basic Latin and the signs we write. */
const CHARACTERS = [
  'ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيٱپچژکگۀەیہھ',
  // Presentation forms: the map joins Persian letters itself and asks the font for the joined shapes by these code points.
  range(0xfb56, 0xfb59) +
    range(0xfb7a, 0xfb7d) +
    range(0xfb8a, 0xfb8b) +
    range(0xfb8e, 0xfb95) +
    range(0xfba4, 0xfbaf) +
    range(0xfbfc, 0xfbff),
  range(0xfe80, 0xfefc),
  range(0x64b, 0x655) + '\u0670\u0640',
  range(0x6f0, 0x6f9) + range(0x660, 0x669),
  '،؛؟٪٫٬٭﷼',
  '\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\u202a\u202b\u202c',
  range(0x20, 0x7e),
  '\u00a0©«°±²³·»×÷–—‘’“”…•‹›−←↑→↓↗½¼',
].join('')
