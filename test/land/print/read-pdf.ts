import { inflateSync } from 'node:zlib'

/** A painted path of the page: its points in millimetres from the top left corner, and how it was painted. */
export interface PdfPath {
  points: [x: number, y: number][]
  painted: 'fill' | 'stroke'
  width: number // of the stroke, mm
}
type Matrix = [number, number, number, number, number, number]
const MM = 25.4 / 72

/** The page of a one-page PDF as its content stream draws it: enough of PDF (ISO 32000) to measure a map. */
export function readPdfPage(pdf: Buffer): { widthMm: number; heightMm: number; paths: PdfPath[]; images: number; title: string } {
  const text = pdf.toString('latin1')
  const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text)!.map(Number) as [number, number, number]
  const contents = Number(/\/Contents (\d+) 0 R/.exec(text)![1])
  const title = /\/Title <FEFF([0-9A-F]+)>/.exec(text)?.[1] ?? ''
  return {
    widthMm: width * MM,
    heightMm: height * MM,
    paths: readPaths(readStream(pdf, text, contents), height),
    images: [...text.matchAll(/\/Subtype \/Image/g)].length,
    title: title.replace(/.{4}/g, (hex) => String.fromCharCode(parseInt(hex, 16))),
  }
}

function readStream(pdf: Buffer, text: string, id: number): string {
  const at = text.search(new RegExp(`(^|\\n)${id} 0 obj`))
  const start = text.indexOf('stream\n', at) + 7
  const length = Number(/\/Length (\d+)/.exec(text.slice(at, start))![1])
  return inflateSync(pdf.subarray(start, start + length)).toString('latin1')
}

function readPaths(content: string, pageHeight: number): PdfPath[] {
  const paths: PdfPath[] = []
  const stack: { matrix: Matrix; width: number }[] = []
  let state: { matrix: Matrix; width: number } = { matrix: [1, 0, 0, 1, 0, 0], width: 1 }
  let points: [number, number][] = []
  let operands: number[] = []
  const put = (x: number, y: number) => {
    const [a, b, c, d, e, f] = state.matrix
    points.push([(a * x + c * y + e) * MM, (pageHeight - (b * x + d * y + f)) * MM])
  }
  const paint = (painted: PdfPath['painted']) => {
    if (points.length > 0) paths.push({ points, painted, width: state.width * Math.hypot(state.matrix[0], state.matrix[1]) * MM })
    points = []
  }
  for (const token of content.split(/\s+/)) {
    const number = Number(token)
    if (token !== '' && !Number.isNaN(number)) {
      operands.push(number)
      continue
    }
    const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0] = operands
    switch (token) {
      case 'q':
        stack.push({ ...state })
        break
      case 'Q':
        state = stack.pop()!
        break
      case 'cm':
        state.matrix = multiply([p0, p1, p2, p3, p4, p5], state.matrix)
        break
      case 'w':
        state.width = p0
        break
      case 'm':
      case 'l':
        put(p0, p1)
        break
      case 'c':
        put(p4, p5)
        break
      case 're':
        for (const [x, y] of [[p0, p1], [p0 + p2, p1], [p0 + p2, p1 + p3], [p0, p1 + p3]] as const) put(x, y)
        break // prettier-ignore
      case 'f':
      case 'f*':
        paint('fill')
        break
      case 'S':
      case 's':
        paint('stroke')
        break
      case 'B':
      case 'B*':
        paint('fill')
        break
      case 'n':
        points = []
        break
    }
    operands = []
  }
  return paths
}

function multiply([a, b, c, d, e, f]: Matrix, [A, B, C, D, E, F]: Matrix): Matrix {
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F]
}

/** Bounds of a path in millimetres. */
export function boundPath({ points }: PdfPath): { x: number; y: number; width: number; height: number } {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}
