/** A failure that is the reader's to mend: its message is a sentence for them, and no stack is shown. */
export class SetupProblem extends Error {}

/** One short sentence of progress. On standard error, so that a command's own output stays clean. @param {string} sentence */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}
