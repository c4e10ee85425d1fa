import { isStopWord } from './query-words.ts'

/** The words of a folded text that tell places apart; all of them when nothing else remains. */
export function tellingWords(folded: string): string[] {
  const words = [...new Set(folded.split(' ').filter(Boolean))].slice(0, 8)
  const telling = words.filter((word) => !isStopWord(word))
  return telling.length > 0 ? telling : words
}
