import type { Figure } from './figures.ts'
import type { Played } from './bench-run.ts'
import type { Answer, Replay } from './traffic/replay.ts'

/** What a run of the trace gave, as figures; `limits` are the promises of that run. */
export function summariseRun(
  part: string,
  { replay, costs }: Played,
  limits: { viewportMs?: number; memoryMB?: number } = {},
  peakMB?: number,
): Figure[] {
  const { answers, views, errors } = replay
  const figure = (name: string, value: number, unit: Figure['unit'], limit?: number, note?: string): Figure =>
    makeFigure(part, `${part}: ${name}`, value, unit, limit, note)
  const times = (of: (answer: Answer) => number) => answers.map(of)
  const bytes = answers.reduce((sum, answer) => sum + answer.bytes, 0)
  const left = views.filter((view) => view.wasLeft).length
  const perThousand = (seconds: number) => (seconds / answers.length) * 1000
  return [
    figure(
      'viewport complete, p95',
      quantile(viewportTimes(replay), 0.95),
      'ms',
      limits.viewportMs,
      `${describe(viewportTimes(replay))}; ${views.length} views, ${left} left before complete`,
    ),
    ...spread(
      figure,
      'tile, first byte',
      times((answer) => answer.firstByteAt - answer.sentAt),
    ),
    ...spread(
      figure,
      'tile, last byte',
      times((answer) => answer.lastByteAt - answer.sentAt),
    ),
    figure(
      'bytes',
      bytes / 1000,
      'kB',
      undefined,
      `${answers.length} answers, ${share(answers, (a) => a.status === 304)} of them 304`,
    ),
    figure('errors', errors.length, '', 0, errors[0]),
    figure(
      'CPU-seconds per 1,000 tiles',
      perThousand(costs.serverS + costs.databaseS),
      's',
      undefined,
      `server ${perThousand(costs.serverS).toFixed(2)}, database ${perThousand(costs.databaseS).toFixed(2)}`,
    ),
    ...(peakMB === undefined ? [] : [figure('memory of the server, peak', peakMB, 'MB', limits.memoryMB)]),
    figure('lateness of the replayer itself, p99', replay.lagMs, 'ms', undefined, 'a part of every time of this run'),
  ]
}

/** Views that somebody waited for to the end, milliseconds. One with a failed tile never was complete. */
export function viewportTimes({ views }: Replay): number[] {
  return views.filter((view) => !view.wasLeft).map((view) => view.tookMs ?? Infinity)
}

export function makeFigure(
  part: string,
  name: string,
  value: number,
  unit: Figure['unit'],
  limit?: number,
  note?: string,
): Figure {
  return { group: 'tiles', part, name, value, unit, ...(limit !== undefined && { limit }), ...(note && { note }) }
}

/** The value below which this part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1))] ?? 0
}

type Make = (name: string, value: number, unit: Figure['unit'], limit?: number, note?: string) => Figure

function spread(figure: Make, name: string, values: number[]): Figure[] {
  return [figure(`${name}, p95`, quantile(values, 0.95), 'ms', undefined, describe(values))]
}

function describe(values: number[]): string {
  return `p50 ${quantile(values, 0.5).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)} ms`
}

function share(answers: Answer[], of: (answer: Answer) => boolean): string {
  return `${Math.round((answers.filter(of).length / Math.max(1, answers.length)) * 100)} %`
}
