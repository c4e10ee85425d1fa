import { m } from '#src/ui/paraglide/messages.js'
import type { LandUse } from './types.ts'

const NAMES: Record<LandUse, () => string> = {
  RES: m.parcels_use_res, HED: m.parcels_use_hed, EDU: m.parcels_use_edu, ADM: m.parcels_use_adm, COM: m.parcels_use_com, SPO: m.parcels_use_spo,
  HLT: m.parcels_use_hlt, CUL: m.parcels_use_cul, GRN: m.parcels_use_grn, REL: m.parcels_use_rel, UEQ: m.parcels_use_ueq, UTL: m.parcels_use_utl,
  TRN: m.parcels_use_trn, MIL: m.parcels_use_mil, AGR: m.parcels_use_agr, HER: m.parcels_use_her, NAT: m.parcels_use_nat, BUF: m.parcels_use_buf,
  TOU: m.parcels_use_tou, IND: m.parcels_use_ind, MIX: m.parcels_use_mix, VAC: m.parcels_use_vac,
} // prettier-ignore
const DENSITIES = [m.parcels_use_res1, m.parcels_use_res2, m.parcels_use_res3]

/** Name of a land use in the language of the page; null is "not known", never a guess. */
export function nameLandUse(landUse: LandUse | null, residentialDensity: 1 | 2 | 3 | null = null): string {
  if (landUse === null) return m.parcels_use_none()
  if (landUse === 'RES' && residentialDensity) return DENSITIES[residentialDensity - 1]!()
  return NAMES[landUse]()
}

/** The design token of a land use's colour (tokens.css). */
export function nameLandUseToken(landUse: LandUse | null, residentialDensity: 1 | 2 | 3 | null = null): string {
  if (landUse === null) return '--lu-none'
  return landUse === 'RES' ? `--lu-res${residentialDensity ?? 2}` : `--lu-${landUse.toLowerCase()}`
}
