import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

// The child process that typesets. Typst runs in native code that cannot be interrupted from within: a process can be ended, and
// takes nothing with it. It holds no connection and gets no environment.

/** What the child is asked: `sheet` is JSON, `map` is SVG; both reach Typst as files of data, never as source. */
export interface TypesetJob {
  sheet: string
  map: string
  at: number // seconds since 1970, for the document's date
}
export type TypesetResult = { pdf: Uint8Array } | { error: string }

const template = readFileSync(new URL('./sheet.typ', import.meta.url), 'utf8')
const workspace = import.meta.dirname
const fonts = join(dirname(createRequire(import.meta.url).resolve('vazirmatn/package.json')), 'fonts/ttf')
const compiler = NodeCompiler.create({
  workspace,
  fontArgs: [
    {
      fontBlobs: readdirSync(fonts)
        .filter((name) => /-(Regular|Medium|SemiBold|Bold)\.ttf$/.test(name))
        .map((name) => readFileSync(join(fonts, name))),
    },
  ],
})

process.on('message', (job: TypesetJob) => process.send!(typeset(job)))
process.on('disconnect', () => process.exit())
process.send!('ready')

function typeset(job: TypesetJob): TypesetResult {
  try {
    compiler.mapShadow(join(workspace, 'sheet.json'), Buffer.from(job.sheet))
    compiler.mapShadow(join(workspace, 'map.svg'), Buffer.from(job.map))
    const compiled = compiler.compile({ mainFileContent: template, resetRead: true })
    if (!compiled.result) return { error: JSON.stringify(compiled.takeError()?.shortDiagnostics ?? 'no document') }
    return { pdf: compiler.pdf(compiled.result, { creationTimestamp: job.at, pdfTags: false }) }
  } catch (error) {
    return { error: String(error) }
  } finally {
    compiler.evictCache(0)
  }
}
