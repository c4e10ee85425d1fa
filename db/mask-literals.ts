/**
 * Tokens of SQL that may hide or hold a value, in the order they must be tried: a comment or a quoted name may contain a quote, and
 * a name or a parameter may contain a digit.
 */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|(\$[A-Za-z_]*\$)[\s\S]*?\1|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

const HIDDEN = '…'

/**
 * SQL without the values in it: strings and long numbers become `…`, comments go, white space is one blank. Values should have been
 * sent as parameters, but a searched name in the log would be there for as long as logs are kept.
 */
export function maskSql(text: string): string {
  return mask(text, (digits) => (digits.length > 4 ? HIDDEN : digits))
    .replace(/\s+/g, ' ')
    .trim()
}

/** A condition as PostgreSQL writes it in a plan, where the parameters have become constants: no constant is left. */
export function maskCondition(text: string): string {
  return mask(text, () => HIDDEN)
}

function mask(text: string, maskNumber: (digits: string) => string): string {
  return text.replace(TOKEN, (token) => {
    if (token.startsWith('--') || token.startsWith('/*')) return ' '
    if (/^[eE]?'/.test(token)) return `'${HIDDEN}'`
    if (/^\$[A-Za-z_]*\$/.test(token)) return `'${HIDDEN}'`
    return /^\d/.test(token) ? maskNumber(token) : token
  })
}
