/** Rows of a CSV file with a header, by column name; quotes as RFC 4180 has them. */
export function parseCsv(text: string): Record<string, string>[] {
  const records: string[][] = [[]]
  let field = ''
  let isQuoted = false
  const endField = () => {
    records[records.length - 1]!.push(field)
    field = ''
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (isQuoted && c === '"' && text[i + 1] === '"') field += text[i++]
    else if (c === '"') isQuoted = !isQuoted
    else if (!isQuoted && c === ',') endField()
    else if (!isQuoted && c === '\n') {
      endField()
      records.push([])
    } else if (c !== '\r') field += c
  }
  if (field !== '') endField()
  const [header, ...rest] = records.filter((record) => record.length > 1)
  return rest.map((record) => Object.fromEntries(header!.map((name, i) => [name, record[i] ?? ''])))
}
