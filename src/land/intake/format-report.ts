import type { ImportReport, Named, Reason } from './types.ts'

const REASON_WORDS: Record<Reason, string> = {
  deleted: 'marked as deleted in the file',
  malformed: 'cannot be read',
  empty: 'empty geometry',
  'wrong-type': 'wrong type of geometry',
  outside: 'outside the world or the coordinate system',
  invalid: 'invalid geometry',
  far: 'far from the rest of the data',
  'no-code': 'without a code',
  'code-too-long': 'code too long',
  'bad-code': 'no renovation code',
  repeated: 'repeated code, beyond its first feature',
  present: 'already present',
}
const OUTCOMES = {
  applied: 'Applied.',
  'dry-run': 'Dry run: all of this was undone, nothing was changed.',
  refused: 'Refused: nothing was changed.',
} as const

/** The report as people read it. Every feature that is not as it was in the file is named. */
export function formatReport(report: ImportReport): string {
  const left = report.leftOut.reduce((sum, group) => sum + group.features.length, 0)
  const lines = [
    `${report.file}${report.layer ? ` (layer ${report.layer})` : ''}: ${report.format}, ${report.sourceCrs}`,
    ...(report.municipality ? [describeMunicipality(report.municipality)] : []),
    '',
    row('Read', report.read),
    row('Added', report.added),
    row('Left out', left),
    ...report.leftOut.map(({ reason, features }) => row(`  ${REASON_WORDS[reason]}`, features.length)),
    ...(report.repeatedCodes.length > 0 ? [row('Repeated codes', report.repeatedCodes.length)] : []),
    ...(report.into === 'streets' ? [] : [row('Overlapping pairs (more than 0.05 m²)', report.overlaps.length)]),
    ...(report.overlaps.length > 0
      ? [row('  recorded as findings on both parcels', report.overlaps.filter((pair) => pair.recorded).length)]
      : []),
    ...Object.entries(report.derived).map(([name, count]) => row(`Made: ${name}`, count)),
    ...report.remarks,
    ...report.leftOut.flatMap(({ reason, features }) => listFeatures(REASON_WORDS[reason], features)),
    ...listRepeated(report),
    ...listOverlaps(report),
    ...report.warnings.flatMap(({ message, features }) => listFeatures(message, features)),
    '',
    `${OUTCOMES[report.outcome]} ${report.seconds.toFixed(1)} s`,
  ]
  return `${lines.join('\n')}\n`
}

function describeMunicipality({ nameEn, slug, srid, isNew }: NonNullable<ImportReport['municipality']>): string {
  return `${isNew ? 'New municipality' : 'Municipality'}: ${nameEn} (${slug}), EPSG:${srid}`
}

function row(name: string, count: number): string {
  return `${name.padEnd(46)}${count.toLocaleString('en').padStart(10)}`
}

function listFeatures(title: string, features: readonly Named[]): string[] {
  const first = title.charAt(0).toUpperCase() + title.slice(1)
  const isDetailed = features.some((feature) => feature.detail !== null)
  const listed = isDetailed
    ? features.map((feature) => `  ${name(feature)}${feature.detail ? `: ${feature.detail}` : ''}`)
    : wrap(features.map(name))
  return ['', `${first} (${features.length}):`, ...listed]
}

function listRepeated({ repeatedCodes }: ImportReport): string[] {
  if (repeatedCodes.length === 0) return []
  const lines = repeatedCodes.map(({ code, ordinals }) => `  ${code}: ${ordinals.map((n) => `#${n}`).join(' ')}`)
  return ['', `Repeated codes (${repeatedCodes.length}), with every feature that has them:`, ...lines]
}

function listOverlaps({ overlaps }: ImportReport): string[] {
  if (overlaps.length === 0) return []
  const lines = overlaps.map(({ a, b, areaM2, recorded }) => {
    const why = [a, b].filter((side) => side.detail !== null).map((side) => `${side.id} is left out: ${side.detail}`)
    return `  ${name(a)} and ${name(b)}: ${areaM2.toFixed(2)} m²${recorded ? '' : ` (${why.join(', ') || 'not recorded'})`}`
  })
  return ['', `Overlapping pairs (${overlaps.length}):`, ...lines]
}

function name({ id, ordinal }: Named): string {
  return ordinal === 0 ? `${id} (recorded before)` : id === `#${ordinal}` ? id : `${id} (#${ordinal})`
}

function wrap(names: readonly string[]): string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of names) {
    if (line.length + word.length > 110) {
      lines.push(line)
      line = ' '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
