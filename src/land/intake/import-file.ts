import { basename } from 'node:path'
import type pg from 'pg'
import { LOCKS } from '#db/locks.ts'
import { MUNICIPALITY_LOCKS } from '../editing/lock-ground.ts'
import { addFeatures, readSql } from './add-features.ts'
import { assignUses } from './assign-uses.ts'
import { checkCodes } from './check-codes.ts'
import { chooseFields, type FieldMap } from './choose-fields.ts'
import { copyFeatures, type Staged } from './copy-features.ts'
import { createMunicipality, findMunicipality, type ImportMunicipality } from './find-municipality.ts'
import { openJoin } from './join-table.ts'
import { locateFeatures, projectFeatures, requireNear } from './locate.ts'
import { measureOverlaps } from './measure-overlaps.ts'
import { peekFeatures } from './peek-features.ts'
import { openSource } from './read/open-source.ts'
import { listLeftOut, listNames } from './list-left-out.ts'
import { resolveCrs, type ResolvedCrs } from './resolve-crs.ts'
import type { ImportOptions, ImportReport, Source } from './types.ts'
import { coverByZones, writeThemes } from './write-themes.ts'

/** Where an import is, for the progress bar. `of` is null while the number of features is not known. */
export interface ImportProgress {
  stage: 'read' | 'check' | 'write'
  done: number
  of: number | null
}

/**
 * Import one file in one transaction: stage every feature, judge each, add the good ones, measure overlaps, and tell it all.
 * Needs the owner role and the land-use classes (`loadReference`).
 * @returns the report; `outcome` is "refused" when --strict found something or nothing could be added: then nothing was changed
 * @throws RefusalError when the file or the request cannot be imported at all; nothing was changed
 */
export async function importFile(
  ownerPool: pg.Pool,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void = () => {},
): Promise<ImportReport> {
  const startedAt = performance.now()
  const source = await openSource(options.file, options.layer)
  try {
    const client = await ownerPool.connect()
    try {
      await client.query('begin')
      const report = await importSource(client, source, options, onProgress)
      await client.query(report.outcome === 'applied' ? 'commit' : 'rollback')
      client.release()
      return { ...report, seconds: (performance.now() - startedAt) / 1000 }
    } catch (error) {
      client.release(true) // closing the connection undoes the transaction
      throw error
    }
  } finally {
    await source.close()
  }
}

async function importSource(
  client: pg.PoolClient,
  source: Source,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportReport> {
  await client.query(`set local barzan.bulk = 'on'; set local client_min_messages = warning; set local statement_timeout = 0`)
  await client.query('select pg_advisory_xact_lock($1)', [LOCKS.fillLand])
  const found = await findMunicipality(client, options.municipality)
  await client.query(readSql('stage'))
  const { staged, remarks } = await stageFeatures(client, source, options, onProgress)
  onProgress({ stage: 'check', done: 0, of: staged.read })
  const crs = await resolveCrs(client, source.readCrs(), options.crs)
  const { municipality, repeated } = await judgeFeatures(client, crs, found, options)
  const unknownUses = await assignUses(client, options.uses)
  const counted = await client.query<{ n: number }>('select count(*)::int as n from staged where reason is null')
  const added = counted.rows[0]!.n
  onProgress({ stage: 'write', done: 0, of: added })
  const origin = [basename(options.file), source.layer].filter(Boolean).join(' / ')
  let derived: Record<string, number> = {}
  let overlaps: ImportReport['overlaps'] = []
  if (municipality) {
    // Nobody edits the ground while overlaps are measured: what the import brings is not seen before it is committed.
    if (options.into === 'parcels')
      await client.query('select pg_advisory_xact_lock($1, $2)', [MUNICIPALITY_LOCKS, municipality.id])
    if (added > 0) {
      await writeThemes(client, municipality.id)
      derived = await addFeatures(client, options.into, municipality, origin)
      await coverByZones(client, options.into, municipality.id, origin)
    }
    await client.query('select tiles.note_everything()')
    if (options.into !== 'streets') overlaps = await measureOverlaps(client, options.into, municipality.id, `import: ${origin}`)
  }
  onProgress({ stage: 'write', done: added, of: added })
  const leftOut = await listLeftOut(client)
  return {
    file: basename(options.file),
    format: source.format,
    layer: source.layer,
    into: options.into,
    municipality: municipality && nameMunicipality(municipality),
    sourceCrs: crs.words,
    outcome: decideOutcome(options, added, leftOut),
    read: staged.read,
    added,
    leftOut,
    repeatedCodes: repeated,
    overlaps,
    warnings: await tellWarnings(client, staged, unknownUses),
    remarks: [...remarks, ...(crs.warning ? [crs.warning] : [])],
    derived,
    seconds: 0,
  }
}

async function stageFeatures(
  client: pg.PoolClient,
  source: Source,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
): Promise<{ staged: Staged; fields: FieldMap; remarks: string[] }> {
  const { fields: seen, features } = await peekFeatures(source.features())
  const table = options.table ? await openJoin(options.table) : null
  const ownMap = table ? table.leaveOwn(options.map) : options.map
  const fields = chooseFields(options.into, ownMap, source.fields ?? seen, table?.brings ?? [])
  const staged = await copyFeatures(
    client,
    features,
    { into: options.into, fields, join: table?.join ?? ((values) => values) },
    (done) => onProgress({ stage: 'read', done, of: source.count }),
  )
  await client.query('create unique index on staged (ordinal); analyze staged')
  const used = Object.entries(fields).map(([key, field]) => `${key}=${field}`)
  return {
    staged,
    fields,
    remarks: [
      ...source.remarks,
      used.length > 0 ? `Fields used: ${used.join(', ')}.` : 'No field of the file is used.',
      ...(table?.remarks() ?? []),
    ],
  }
}

/** Where the features are, whose they are, and whether their codes can be used. */
async function judgeFeatures(client: pg.PoolClient, crs: ResolvedCrs, found: ImportMunicipality | null, options: ImportOptions) {
  const centre = await locateFeatures(client, crs)
  if (!centre) return { municipality: found, repeated: [] }
  if (found) await requireNear(client, centre, { id: found.id, name: found.nameEn })
  await client.query(readSql('check-validity'))
  const municipality = found ?? (await createMunicipality(client, options.municipality!, centre, options.calendar))
  await projectFeatures(client, crs, centre, municipality.srid)
  return { municipality, repeated: await checkCodes(client, options.into, municipality) }
}

function decideOutcome(options: ImportOptions, added: number, leftOut: ImportReport['leftOut']): ImportReport['outcome'] {
  const isAllPresent = leftOut.every((group) => group.reason === 'present')
  if ((options.strict && leftOut.length > 0) || (added === 0 && !isAllPresent)) return 'refused'
  return options.dryRun ? 'dry-run' : 'applied'
}

async function tellWarnings(client: pg.PoolClient, staged: Staged, unknownUses: Map<string, number[]>) {
  const groups = [
    ...[...staged.unusable].map(([problem, ordinals]) => ({ message: `The value of ${problem}: added without it`, ordinals })),
    ...[...unknownUses].map(([use, ordinals]) => ({
      message: `Use "${use}" is no one class of ours: added without a land use`,
      ordinals,
    })),
    ...(staged.collapsed.length > 0
      ? [{ message: 'Parts that the file’s own rounding had collapsed to nothing were skipped', ordinals: staged.collapsed }]
      : []),
  ]
  const names = await listNames(
    client,
    groups.flatMap((group) => group.ordinals),
  )
  return groups.map(({ message, ordinals }) => ({
    message,
    features: ordinals.map((ordinal) => ({ id: names.get(ordinal) ?? `#${ordinal}`, ordinal, detail: null })),
  }))
}

function nameMunicipality({ slug, nameEn, srid, isNew }: ImportMunicipality) {
  return { slug, nameEn, srid, isNew }
}
