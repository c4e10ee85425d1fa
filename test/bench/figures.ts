/** The parts of the bench; each has a file of its own. */
export const GROUPS = ['tiles', 'edits', 'api', 'pages'] as const
export type Group = (typeof GROUPS)[number]

/** One measured figure. `limit` is what the project promises: the value must not be above it. */
export interface Figure {
  group: Group
  /** Of a group that can be measured in parts: which. */
  part?: string
  name: string
  value: number
  unit: 'ms' | 's' | 'kB' | 'B' | 'MB' | '%' | '×' | '/s' | ''
  limit?: number
  note?: string
}

/** What one size of city gave, as kept in `results/<parcels>.json`. */
export interface Results {
  parcels: number
  date: string // ISO date
  commit: string
  machine: { cpu: string; cores: number; memoryGB: number; os: string }
  versions: Record<string, string>
  figures: Figure[]
}

/**
 * Fresh figures in place of the old ones of the same groups; other groups keep theirs.
 * @param isPartial only the parts that fresh figures are of were measured: the other parts of their groups stay as well
 */
export function replaceFigures(old: readonly Figure[], fresh: readonly Figure[], isPartial = false): Figure[] {
  const nameOf = ({ group, part }: Figure) => (isPartial ? `${group} ${part ?? ''}` : group)
  const measured = new Set(fresh.map(nameOf))
  const figures = [...old.filter((figure) => !measured.has(nameOf(figure))), ...fresh]
  return figures.sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group))
}

/** One Markdown table: figure, value, limit, and change against the last committed figures. */
export function writeTable(results: Results, last: Results | null): string {
  const { machine, versions } = results
  const before = new Map(last?.figures.map((figure) => [`${figure.group} ${figure.name}`, figure]))
  const rows = results.figures.map((figure) => {
    const old = before.get(`${figure.group} ${figure.name}`)
    const value = `${write(figure.value)} ${figure.unit}`.trim()
    const limit = figure.limit === undefined ? '' : `≤ ${write(figure.limit)} ${isKept(figure) ? '✓' : '**above**'}`
    return `| ${figure.group} | ${figure.name} | ${value} | ${limit} | ${old ? compare(old.value, figure.value) : 'new'} | ${figure.note ?? ''} |`
  })
  return [
    `# ${write(results.parcels)} parcels`,
    '',
    `${results.date}, commit ${results.commit}. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.os}. ` +
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ') +
      '.',
    ...(last
      ? [
          `Compared with ${last.commit} of ${last.date}${last.machine.cpu === machine.cpu ? '' : ` (another machine: ${last.machine.cpu})`}.`,
        ]
      : []),
    '',
    '| part | figure | value | limit | change | note |',
    '|---|---|---:|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** Whether a figure keeps its promise; one without a limit always does. */
export function isKept(figure: Figure): boolean {
  return figure.limit === undefined || figure.value <= figure.limit
}

function compare(before: number, after: number): string {
  if (before === 0) return after === 0 ? '=' : 'new'
  const change = Math.round((after / before - 1) * 100)
  return change === 0 ? '=' : `${change > 0 ? '+' : '−'}${Math.abs(change)} %`
}

function write(value: number): string {
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals })
}
