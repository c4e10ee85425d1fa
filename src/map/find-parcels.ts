import type { Feature, MultiPolygon, Polygon, Position } from 'geojson'
import type {
  ExportFormat,
  ParcelDetailFeature,
  ParcelFeature,
  ParcelId,
  ParcelPage,
  ParcelSelection,
  ParcelSummary,
} from '#src/land/parcels/types.ts'
import type { Place } from '#src/land/places/types.ts'
import { ApiRefusal, askApi, askFile, saveFile } from './ask-api.ts'
import type { SelectionShape } from './url-state.ts'

type Locale = 'fa' | 'en'

/** The parcel of a code; null when there is none. `written` as in LiveEvents. */
export async function findParcel(code: string, locale: Locale, written?: string): Promise<ParcelDetailFeature | null> {
  return unlessMissing(askApi<ParcelDetailFeature>(`/api/parcels/${encodeURIComponent(code)}`, locale, { written }))
}

/** The parcel at a lon/lat position; null on a street or outside the city. */
export async function findParcelAt([lon, lat]: Position, locale: Locale): Promise<ParcelFeature | null> {
  return unlessMissing(askApi<ParcelFeature>(`/api/parcels/at?lon=${lon}&lat=${lat}`, locale))
}

/** Parcels and places that match what is typed. */
export async function searchLand(
  query: string,
  locale: Locale,
  signal: AbortSignal,
): Promise<{ parcels: ParcelSummary[]; places: Place[] }> {
  const q = encodeURIComponent(query)
  const [parcels, places] = await Promise.all([
    askApi<ParcelPage>(`/api/parcels?q=${q}&limit=6`, locale, { signal }),
    askApi<{ items: Place[] }>(`/api/places?q=${q}&limit=5`, locale, { signal }),
  ])
  return { parcels: parcels.features.map((feature) => feature.properties), places: places.items }
}

/** Parcels in a view, a page at a time. */
export function listParcelsIn(bbox: string, cursor: string | null, locale: Locale, signal: AbortSignal): Promise<ParcelPage> {
  return askApi<ParcelPage>(
    `/api/parcels?bbox=${bbox}&limit=50${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    locale,
    { signal },
  )
}

/** The rows of up to 500 ids, in their order. */
export async function listRows(ids: readonly ParcelId[], locale: Locale): Promise<ParcelSummary[]> {
  return (await askApi<{ items: ParcelSummary[] }>('/api/parcels/rows', locale, { body: { ids } })).items
}

/** Ask the server which parcels a shape selects; it measures, we only show. */
export async function selectParcels(shape: SelectionShape, locale: Locale): Promise<ParcelSelection & { truncated?: boolean }> {
  if (shape.kind === 'polygon') return select({ type: 'Polygon', coordinates: [shape.ring] }, locale)
  if (shape.kind === 'circle') return select({ point: shape.center, radiusM: shape.radiusM }, locale)
  if (shape.kind === 'street') return select({ streetId: shape.streetId, distanceM: shape.distanceM }, locale)
  const area = await findPlaceGeometry('neighbourhood', shape.neighbourhoodId, locale)
  return select(area.geometry, locale)
}

/** The outline of a place, for showing what was selected. */
export function findPlaceGeometry(kind: string, id: number, locale: Locale): Promise<Feature<Polygon | MultiPolygon>> {
  return askApi<Feature<Polygon | MultiPolygon>>(`/api/places/${kind}/${id}`, locale)
}

/** Export the selected parcels; the browser keeps the file. */
export async function exportParcels(ids: readonly ParcelId[], format: ExportFormat, locale: Locale): Promise<void> {
  const { blob, name } = await askFile('/api/parcels/export', locale, { ids, format })
  saveFile(blob, name ?? `parcels.${format === 'shp' ? 'zip' : format}`)
}

function select(body: unknown, locale: Locale) {
  return askApi<ParcelSelection & { truncated?: boolean }>('/api/parcels/select', locale, { body })
}

async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer
  } catch (refusal) {
    if (refusal instanceof ApiRefusal && refusal.status === 404) return null
    throw refusal
  }
}
