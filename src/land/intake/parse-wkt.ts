/** What identifies a coordinate reference system in well-known text, reduced so that spellings do not matter. */
export interface WktSummary {
  name: string
  /** EPSG code the text itself states for the whole system; null when it states none */
  authority: number | null
  isProjected: boolean
  datum: string
  /** semi-major axis in metres, inverse flattening */
  ellipsoid: [number, number]
  primeMeridian: number
  projection: string
  parameters: Record<string, number>
  /** metres (or radians) per unit */
  unit: number
}

type Node = { key: string; values: (string | number | Node)[] }

/** Read WKT 1 (OGC or Esri). Null when the text is not that. */
export function summariseWkt(text: string): WktSummary | null {
  const root = parseNode({ text, at: 0 })
  if (!root) return null
  const node = root.key === 'COMPD_CS' ? child(root, 'PROJCS', 'GEOGCS') : root
  if (!node || (node.key !== 'PROJCS' && node.key !== 'GEOGCS')) return null
  const geographic = node.key === 'PROJCS' ? child(node, 'GEOGCS') : node
  const datum = geographic && child(geographic, 'DATUM')
  const spheroid = datum && child(datum, 'SPHEROID')
  if (!geographic || !datum || !spheroid) return null
  return {
    name: simplifyName(nameOf(node)),
    authority: authorityOf(node),
    isProjected: node.key === 'PROJCS',
    datum: simplifyDatum(nameOf(datum)),
    ellipsoid: [numberAt(spheroid, 1), numberAt(spheroid, 2)],
    primeMeridian: numberAt(child(geographic, 'PRIMEM'), 1),
    projection: simplifyProjection(nameOf(child(node, 'PROJECTION'))),
    parameters: orderParallels(
      Object.fromEntries(
        node.values
          .filter((value): value is Node => typeof value === 'object' && value.key === 'PARAMETER')
          .map((parameter) => [simplifyParameter(nameOf(parameter)), numberAt(parameter, 1)]),
      ),
    ),
    unit: numberAt(child(node, 'UNIT'), 1, 1),
  }
}

/**
 * Do two summaries describe the same system? Ellipsoid, method and every number must be the same, and the datum too; where
 * datums go by different names (D_MGI, Militar-Geographische Institut), the systems' own names must be the same.
 */
export function isSameCrs(a: WktSummary, b: WktSummary): boolean {
  return (
    a.isProjected === b.isProjected &&
    (a.datum === b.datum || a.name === b.name) &&
    isClose(a.ellipsoid[0], b.ellipsoid[0], 1e-3) &&
    isClose(a.ellipsoid[1], b.ellipsoid[1], 1e-5) &&
    isClose(a.primeMeridian, b.primeMeridian, 1e-7) &&
    isClose(a.unit, b.unit, 1e-9) &&
    a.projection === b.projection &&
    isSameNumbers(a.parameters, b.parameters)
  )
}

/** A parameter left out is zero, or one for a scale. */
function isSameNumbers(a: Record<string, number>, b: Record<string, number>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => {
    const missing = name === 'scalefactor' ? 1 : 0
    return isClose(a[name] ?? missing, b[name] ?? missing, name.startsWith('false') ? 1e-2 : 1e-7)
  })
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance
}

function parseNode(cursor: { text: string; at: number }, depth = 0): Node | null {
  const head = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*[[(]/.exec(cursor.text.slice(cursor.at, cursor.at + 200))
  if (!head || depth > 12) return null
  cursor.at += head[0].length
  const node: Node = { key: head[1]!.toUpperCase(), values: [] }
  for (;;) {
    const rest = cursor.text.slice(cursor.at)
    const quoted = /^\s*"((?:[^"]|"")*)"/.exec(rest)
    const number = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest)
    const word = /^\s*([A-Za-z_]+)\s*(?=[,\])])/.exec(rest)
    if (quoted) node.values.push(quoted[1]!)
    else if (number) node.values.push(Number(number[1]))
    else if (word) node.values.push(word[1]!)
    else {
      const inner = parseNode(cursor, depth + 1)
      if (!inner) return null
      node.values.push(inner)
    }
    const matched = quoted ?? number ?? word
    if (matched) cursor.at += matched[0].length
    const next = /^\s*([,\])])/.exec(cursor.text.slice(cursor.at, cursor.at + 200))
    if (!next) return null
    cursor.at += next[0].length
    if (next[1] !== ',') return node
  }
}

function child(node: Node | null | undefined, ...keys: string[]): Node | undefined {
  return node?.values.find((value): value is Node => typeof value === 'object' && keys.includes(value.key))
}

function nameOf(node: Node | null | undefined): string {
  const first = node?.values[0]
  return typeof first === 'string' ? first : ''
}

function numberAt(node: Node | null | undefined, index: number, fallback = 0): number {
  const value = Number(node?.values[index])
  return Number.isFinite(value) ? value : fallback
}

function authorityOf(node: Node): number | null {
  const authority = child(node, 'AUTHORITY')
  const code = Number(authority?.values[1])
  return authority && /^EPSG$/i.test(nameOf(authority)) && Number.isInteger(code) && code > 0 ? code : null
}

function simplifyName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** "D_WGS_1984", "WGS_1984" and "World Geodetic System 1984" are one datum; "D_Amersfoort" and "Amersfoort" too. */
function simplifyDatum(name: string): string {
  return simplifyName(name.replace(/^D_/, ''))
    .replace(/^worldgeodeticsystem(19)?84.*/, 'wgs1984')
    .replace(/^wgs(19)?84.*/, 'wgs1984')
    .replace(/^europeanterrestrialreferencesystem1989.*/, 'etrs1989')
    .replace(/^etrs(19)?89.*/, 'etrs1989')
    .replace(/^(northamericandatum|northamerican|nad)(19)?(27|83)/, 'nad19$3')
    .replace(/^(europeandatum|european|ed)(19)?50$/, 'ed1950')
    .replace(/^reseaugeodesiquefrancais1993.*/, 'rgf1993')
    .replace(/^rgf(19)?93.*/, 'rgf1993')
}

function simplifyProjection(name: string): string {
  return simplifyName(name)
    .replace(/^lambertconformalconic.*/, 'lambertconformalconic')
    .replace(/^(obliquestereographic|doublestereographic)$/, 'obliquestereographic')
    .replace(/^mercatorauxiliarysphere$/, 'mercatorauxiliarysphere')
    .replace(/^gausskruger$/, 'transversemercator')
    .replace(/^albers.*/, 'albers')
}

/** The two parallels of a conic projection can be given in either order. */
function orderParallels(parameters: Record<string, number>): Record<string, number> {
  const { standardparallel1: a, standardparallel2: b } = parameters
  if (a === undefined || b === undefined) return parameters
  return { ...parameters, standardparallel1: Math.min(a, b), standardparallel2: Math.max(a, b) }
}

function simplifyParameter(name: string): string {
  return simplifyName(name)
    .replace(/^(longitudeof(center|origin)|centralmeridian)$/, 'centralmeridian')
    .replace(/^(latitudeof(center|origin))$/, 'latitudeoforigin')
}
