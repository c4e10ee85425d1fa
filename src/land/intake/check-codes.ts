import type pg from 'pg'
import type { ImportMunicipality } from './find-municipality.ts'
import type { Target } from './types.ts'

const LONGEST_CODE = 64
const NEEDS_CODE: readonly Target[] = ['parcels', 'zones']
const TABLES: Record<Target, string> = {
  parcels: 'parcels',
  buildings: 'buildings',
  streets: 'street_segments',
  zones: 'plan_units',
}

/** Codes used more than once in the file, with the places where. */
export interface RepeatedCode {
  code: string
  ordinals: number[]
}

/**
 * Leave out features without a usable code, those already recorded, and those whose code came earlier in the file. The first
 * usable feature of a repeated code is kept: which of them is the right one is not for a program to say.
 */
export async function checkCodes(client: pg.ClientBase, into: Target, municipality: ImportMunicipality): Promise<RepeatedCode[]> {
  if (NEEDS_CODE.includes(into)) {
    await client.query(`update staged set reason = 'no-code' where reason is null and code is null`)
    await client.query(
      `update staged set reason = 'code-too-long', detail = length(code) || ' characters: ' || left(code, 40) || '…', code = null
       where reason is null and length(code) > ${LONGEST_CODE}`,
    )
  }
  if (into === 'parcels' && municipality.codeScheme === 'renovation-7') await checkRenovationCodes(client)
  await leaveOutPresent(client, into, municipality.id)
  return leaveOutRepeated(client, into === 'parcels' ? 'code' : 'source_id', into)
}

/** Seven numbers in one spelling: dashes between, no padding. */
async function checkRenovationCodes(client: pg.ClientBase): Promise<void> {
  await client.query(
    `update staged set code = regexp_replace(regexp_replace(code, '\\s*[-/._\\s]\\s*', '-', 'g'), '(^|-)0+(?=\\d)', '\\1', 'g')
     where reason is null and code ~ '^[0-9][-/._ 0-9]*$'`,
  )
  await client.query(
    `update staged set reason = 'bad-code', detail = 'not a renovation code of seven numbers: ' || code
     where reason is null and code !~ '^\\d{1,3}(-\\d{1,5}){6}$'`,
  )
}

async function leaveOutRepeated(client: pg.ClientBase, column: 'code' | 'source_id', into: Target): Promise<RepeatedCode[]> {
  const { rows } = await client.query<RepeatedCode>(
    `select ${column} as code, array_agg(ordinal order by ordinal) as ordinals from staged
     where ${column} is not null group by 1 having count(*) > 1 order by min(ordinal)`,
  )
  await client.query(
    `update staged s set reason = 'repeated',
       detail = ${into === 'parcels' ? "'the code'" : "'the id'"} || ' is that of feature ' || first_ordinal
     from (select ordinal, first_value(ordinal) over (partition by ${column} order by ordinal) as first_ordinal
           from staged where reason is null and ${column} is not null) f
     where s.ordinal = f.ordinal and f.first_ordinal < s.ordinal`,
  )
  return rows
}

async function leaveOutPresent(client: pg.ClientBase, into: Target, municipalityId: number): Promise<void> {
  if (into === 'parcels') {
    await client.query(
      `update staged s set reason = 'present',
         detail = case p.status when 'retired' then 'the code belongs to a retired parcel' else 'already recorded' end
       from land.parcels p
       where s.reason is null and p.municipality_id = $1 and p.code = s.code`,
      [municipalityId],
    )
    return
  }
  // by id and by shape apart: one condition for both could use no index
  for (const same of ['t.source_id = s.source_id', 't.geom && s.geom and ST_OrderingEquals(t.geom, s.geom)']) {
    await client.query(
      `update staged s set reason = 'present', detail = 'already recorded'
       from land.${TABLES[into]} t where s.reason is null and t.municipality_id = $1 and ${same}`,
      [municipalityId],
    )
  }
}
