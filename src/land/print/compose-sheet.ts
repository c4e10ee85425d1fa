import type { Db } from '#db/connect.ts'
import { formatDate, findDayInTehran } from '../../kernel/calendar.ts'
import { digitsFor, formatNumber, type Locale } from '../../kernel/numbers.ts'
import { Problem } from '../../kernel/problem.ts'
import { drawMap, type DrawnMap } from './draw-map.ts'
import { drawLineSwatch, drawSwatch } from './land-use-marks.ts'
import { chooseScaleBar, coverGround, layOutSheet, listGridLines } from './lay-out-sheet.ts'
import { labelMap } from './label-map.ts'
import { countParcelsOnSheet, findPrintGround, hasParcel, type PrintGround, type Sheet } from './queries.ts'
import { PRINT_LAYERS, type PrintLayer, type PrintRequest } from './types.ts'
import type { TypesetJob } from './typeset.ts'
import { say } from './words.ts'

/** Most parcels on one sheet: beyond it a printed parcel is smaller than its outline and the file larger than a mail takes. */
export const SHEET_PARCEL_LIMIT = 30_000
const LEFT_OUT_UNLESS_ASKED: readonly PrintLayer[] = ['zones', 'buffers']

/** Draw one sheet: its map as SVG, everything else as data for the typesetter. `now` dates it. */
export async function composeSheet(db: Db, request: PrintRequest, now: Date): Promise<TypesetJob> {
  const { locale, scale } = request
  const ground = await findPrintGround(db, request.center)
  if (!ground) throw new Problem('municipality-not-found')
  const layout = layOutSheet(request.paper, request.orientation, scale)
  const sheet: Sheet = {
    municipalityId: ground.municipalityId,
    srid: ground.srid,
    ground: coverGround(layout, ground.center),
    mmPerMetre: layout.mmPerMetre,
  }
  const layers = new Set(request.layers ?? PRINT_LAYERS.filter((layer) => !LEFT_OUT_UNLESS_ASKED.includes(layer)))
  if (
    (layers.has('parcels') || layers.has('blocks')) &&
    (await countParcelsOnSheet(db, sheet, SHEET_PARCEL_LIMIT + 1)) > SHEET_PARCEL_LIMIT
  )
    throw new Problem('too-many', [TOO_DENSE])

  if (request.selectedCode && !(await hasParcel(db, sheet, request.selectedCode))) throw new Problem('parcel-not-found')

  const map = await drawMap(db, sheet, layout, layers, scale, request.selectedCode)
  const labels = layers.has('labels') || map.has.selected ? await labelMap(db, sheet, layout, layers, request, map) : []
  const grid = listGridLines(sheet.ground, layout.mmPerMetre)
  const municipality = locale === 'fa' ? ground.nameFa : ground.nameEn
  const write = (lines: { metres: number; mm: number }[]) =>
    lines.map(({ metres, mm }) => ({ mm, text: digitsFor(metres, locale) }))
  return {
    map: map.svg,
    at: Math.floor(now.getTime() / 1000),
    sheet: JSON.stringify({
      locale,
      page: layout.page,
      frame: layout.frame,
      neatline: layout.neatline,
      panel: layout.panel,
      title: request.title?.trim() || say('map', locale),
      subtitle: map.has.selected ? `${say('selected', locale)} ${isolate(digitsFor(request.selectedCode!, locale))}` : null,
      municipality,
      synthetic: ground.isSynthetic ? say('synthetic', locale) : null,
      scaleText: `${digitsFor(1, locale)}:${formatNumber(scale, locale)}`,
      scaleBar: writeScaleBar(layout.mmPerMetre, locale),
      grid: { eastings: write(grid.eastings), northings: write(grid.northings) },
      labels,
      legend: writeLegend(map, locale),
      facts: listFacts(ground, grid.step, locale, now),
      words: Object.fromEntries(
        (['sourceOfMunicipality', 'scale', 'legend', 'north', 'notice', 'preparedBy', 'approvedBy'] as const).map((word) => [
          word,
          say(word, locale),
        ]),
      ),
    }),
  }
}

/** Codes and coordinates keep their order inside Persian text. */
function isolate(text: string): string {
  return `\u2066${text}\u2069`
}

function writeScaleBar(mmPerMetre: number, locale: Locale) {
  const { metres, mm, parts } = chooseScaleBar(mmPerMetre)
  const isLong = metres >= 2000
  const unit = say(isLong ? 'kilometre' : 'metre', locale)
  const write = (length: number) => formatNumber(isLong ? length / 1000 : length, locale)
  return {
    mm,
    parts,
    marks: [[0, write(0)], ...(parts === 4 ? [[mm / 2, write(metres / 2)]] : []), [mm, `${write(metres)} ${unit}`]],
  }
}

function writeLegend(map: DrawnMap, locale: Locale) {
  const lines = (['buildings', 'water', 'streetLines', 'buffers', 'zones', 'findings', 'selected'] as const).filter(
    (name) => map.has[name],
  )
  return [
    ...map.classes.map((useClass) => ({ swatch: drawSwatch(useClass), text: say(useClass, locale) })),
    ...lines.map((name) => ({ swatch: drawLineSwatch(name), text: say(name, locale) })),
  ]
}

function listFacts(ground: PrintGround, gridStepM: number, locale: Locale, now: Date) {
  const isUtm = (ground.srid > 32600 && ground.srid <= 32660) || (ground.srid > 32700 && ground.srid <= 32760)
  const crs = isUtm ? `UTM ${ground.srid % 100}${ground.srid > 32700 ? 'S' : 'N'} · WGS 84` : ground.crsName
  const dataOn = findDayInTehran(ground.recordedAt)
  return [
    { name: say('source', locale), value: say('sourceOfMunicipality', locale) },
    { name: say('dataOf', locale), value: formatDate(dataOn, locale) },
    { name: say('printedOn', locale), value: formatDate(findDayInTehran(now), locale) },
    { name: say('crs', locale), value: isolate(crs) },
    { name: '', value: isolate(`EPSG:${ground.srid}`) },
    { name: say('grid', locale), value: `${formatNumber(gridStepM, locale)} ${say('metre', locale)}` },
    {
      name: say('projection', locale),
      value: `${formatNumber(ground.scaleFactor, locale, 5)}، ${isolate(writeAngle(-ground.convergence, locale))}`.replace(
        '،',
        locale === 'fa' ? '،' : ',',
      ),
    },
  ]
}

/** Degrees and minutes, with sign: grid north east of true north is positive. */
function writeAngle(degrees: number, locale: Locale): string {
  const minutes = Math.round(Math.abs(degrees) * 60)
  return `${degrees < 0 ? '\u2212' : '+'}${digitsFor(Math.floor(minutes / 60), locale)}°${digitsFor(String(minutes % 60).padStart(2, '0'), locale)}′`
}

const TOO_DENSE = {
  fa: `در این مقیاس بیش از ${formatNumber(SHEET_PARCEL_LIMIT, 'fa')} ملک روی برگه می‌افتد؛ مقیاس بزرگ‌تر (مثلاً ۱:۵٬۰۰۰) یا کاغذ کوچک‌تر بردارید، یا لایهٔ ملک‌ها را خاموش کنید.`,
  en: `At this scale more than ${formatNumber(SHEET_PARCEL_LIMIT, 'en')} parcels fall on the sheet; choose a larger scale (1:5,000, say), a smaller paper, or leave the parcels out.`,
  at: 'scale',
}
