import { sql } from 'kysely'
import type { Db } from '#db/connect.ts'
import { limitConcurrency } from '../../kernel/limit-concurrency.ts'
import { decideAnswer, type Coverage, type Outcome } from './decide-answer.ts'
import { SOURCES, type Source, type SourceKind } from './sources.ts'
import type { ThemeAnswer } from './types.ts'

/** Told when a source fails; the cause goes into the log and nowhere else. */
export type ReportFailure = (theme: string, cause: unknown) => void

interface ThemeRow {
  code: string
  name_fa: string
  name_en: string
  source_fa: string
  source_en: string
  source_kind: SourceKind
  dated_on: string | null
  time_limit_ms: number
  min_area_m2: number
  parcel_area_m2: number
  coverage: Coverage
}

/** Ground outside a coverage of less than this is a matter of drawing, m². */
const COVERAGE_NOISE_M2 = 0.05
/** Beyond the statement's own limit, for a connection that answers nothing at all. */
const GRACE_MS = 500

// Sources share the pool with everything else: one sheet must not take it all, nor a hundred sheets.
const ofSources = limitConcurrency({ atOnce: 3, waiting: 500 }, () => new Error('too many questions are waiting'))

/**
 * Ask every theme (or the one given) about a parcel: each from its own source, in its own short transaction with its own time
 * limit, so that a broken source breaks no other. Returns an empty list when the municipality has no such theme.
 */
export async function answerThemes(
  db: Db,
  parcelId: number,
  options: { theme?: string; report: ReportFailure; sources?: Partial<Record<SourceKind, Source>> },
): Promise<ThemeAnswer[]> {
  const themes = await listThemes(db, parcelId, options.theme ?? null)
  return Promise.all(themes.map((theme) => answerTheme(db, parcelId, theme, options)))
}

async function answerTheme(
  db: Db,
  parcelId: number,
  theme: ThemeRow,
  { report, sources }: { report: ReportFailure; sources?: Partial<Record<SourceKind, Source>> },
): Promise<ThemeAnswer> {
  const askedAt = new Date().toISOString()
  const source = sources?.[theme.source_kind] ?? SOURCES[theme.source_kind]
  const outcome = theme.coverage === 'none' ? 'not-asked' : await askInTime(db, parcelId, theme, source, report)
  return {
    theme: theme.code,
    nameFa: theme.name_fa,
    nameEn: theme.name_en,
    source: { fa: theme.source_fa, en: theme.source_en },
    dataDate: theme.dated_on,
    askedAt,
    ...decideAnswer(theme.coverage, outcome, theme.parcel_area_m2, theme.min_area_m2),
  }
}

/** Never throws: a source that throws, or says nothing within its limit, has failed. */
async function askInTime(db: Db, parcelId: number, theme: ThemeRow, source: Source, report: ReportFailure): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await ofSources(() =>
      Promise.race([
        db.transaction().execute(async (tx) => {
          await sql`select set_config('statement_timeout', ${String(theme.time_limit_ms)}, true)`.execute(tx)
          return source(tx, { theme: theme.code, parcelId, minAreaM2: theme.min_area_m2 })
        }),
        new Promise<never>((_resolve, reject) => {
          timer = setTimeout(
            () => reject(new Error(`no answer within ${theme.time_limit_ms} ms`)),
            theme.time_limit_ms + GRACE_MS,
          )
        }),
      ]),
    )
  } catch (cause) {
    report(theme.code, cause)
    return 'failed'
  } finally {
    clearTimeout(timer)
  }
}

/** The themes of the parcel's municipality, with how much of the parcel each one's source covers. */
async function listThemes(db: Db, parcelId: number, only: string | null): Promise<ThemeRow[]> {
  const { rows } = await sql<ThemeRow>`
    select t.code, t.name_fa, t.name_en, t.source_fa, t.source_en, t.source_kind, t.dated_on, t.time_limit_ms, t.min_area_m2,
      p.computed_area_m2 as parcel_area_m2,
      case
        when t.coverage is null or not t.coverage && p.geom then 'none'
        when ST_Covers(t.coverage, p.geom) then 'whole'
        when inside.m2 >= p.computed_area_m2 - ${COVERAGE_NOISE_M2}::float8 then 'whole'
        when inside.m2 > ${COVERAGE_NOISE_M2}::float8 then 'partly'
        else 'none'
      end as coverage
    from land.parcels p
    join land.themes t using (municipality_id)
    cross join lateral (select case when t.coverage && p.geom and not ST_Covers(t.coverage, p.geom) then ST_Area(ST_Intersection(t.coverage, p.geom)) end as m2) inside
    where p.parcel_id = ${parcelId} and (${only}::text is null or t.code = ${only}::text)
    order by t.ordinal, t.code`.execute(db)
  return rows
}
