import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

// The house rules that a machine can check. Each test names the files that break its rule, and what would mend them.

/** Areas of src from left to right: imports go left only. */
const AREAS = ['kernel', 'db', 'people', 'record', 'land', 'money', 'work', 'control', 'city', 'insight', 'open', 'help']
/** Browser code: shown to people, touches no database. */
const BROWSER = ['ui', 'map', 'routes']
const FORBIDDEN_NAMES = /(^|[-.])(utils?|helpers?|common|services?|manager|misc|shared)([-.]|$)/
const FORBIDDEN_VERBS = /^(get|handle|process|do|manage)(?=[A-Z]|$)/
const LONGEST_FILE = 400

const files = ['src', 'db', 'tiles', 'test']
  .flatMap(listFiles)
  .filter((path) => !/^src\/ui\/(paraglide|project\.inlang)\//.test(path) && path !== 'db/types.ts')
const code = files
  .filter((path) => /\.(ts|mjs|js|svelte)$/.test(path))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const shipped = code.filter(({ path }) => !path.startsWith('test/'))
const imports = code.flatMap(({ path, text }) =>
  readImports(text).map((specifier) => ({ path, specifier, target: resolveImport(path, specifier) })),
)

describe('rooms', () => {
  test('imports go left only', () => {
    const wrong = imports.filter(({ path, target }) => target !== null && !mayImport(roomOf(path), roomOf(target), target))
    expect(wrong.map(({ path, target }) => `${path} imports ${target}`)).toEqual([])
  })

  test('browser code touches no database and no server module', () => {
    const isServerOnly = (path: string) => /(^|[./])server[./]/.test(path)
    const isBrowser = (path: string) =>
      path.startsWith('src/') && (path.endsWith('.svelte') || BROWSER.includes(roomOf(path))) && !isServerOnly(path)
    const wrong = imports.filter(
      ({ path, specifier, target }) =>
        isBrowser(path) &&
        !isBuildStep(path) &&
        (/^(node:|pg$|kysely|fastify)/.test(specifier) ||
          (target !== null && /\/(queries|commands|routes|jobs)\.ts$/.test(target))),
    )
    expect(wrong.map(({ path, specifier }) => `${path} imports ${specifier}`)).toEqual([])
  })

  test('imports of our own name the file with its ending', () => {
    const wrong = imports.filter(
      ({ specifier, target }) => target !== null && !specifier.startsWith('./$') && !/\.\w+(\?\w+)*$/.test(specifier),
    )
    expect(wrong.map(({ path, specifier }) => `${path} imports ${specifier}`)).toEqual([])
  })
})

describe('files', () => {
  test('no barrels: nothing is called index, nothing only re-exports', () => {
    const isBarrel = ({ path, text }: { path: string; text: string }) =>
      /^index\.[a-z]+$/.test(basename(path)) ||
      (/export .* from /.test(text) &&
        withoutComments(text)
          .replace(/export\s+(type\s+)?(\*|\{[^}]*\})[^\n]*from[^\n]*/g, '')
          .trim() === '')
    expect(code.filter(isBarrel).map((c) => c.path)).toEqual([])
  })

  test('names say what is inside', () => {
    const wrong = code.filter(({ path }) =>
      path.split('/').some((part) => FORBIDDEN_NAMES.test(part.replace(/\.test\.ts$|\.(ts|mjs|js|svelte)$/, ''))),
    )
    expect(wrong.map((c) => c.path)).toEqual([])
  })

  test('names are kebab-case; components PascalCase; migrations NNNN-verb-noun', () => {
    const isWellNamed = (path: string) => {
      const name = basename(path)
      if (name.startsWith('+') || name.startsWith('.')) return true
      if (name.endsWith('.svelte')) return /^[A-Z][A-Za-z0-9]*\.svelte$/.test(name)
      if (path.startsWith('db/migrations/')) return /^\d{4}-[a-z0-9-]+\.sql$/.test(name)
      return /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(name)
    }
    expect(files.filter((path) => /\.(ts|mjs|js|svelte|sql)$/.test(path) && !isWellNamed(path))).toEqual([])
  })

  test(`no file is longer than ${LONGEST_FILE} lines: past that it is two rooms`, () => {
    const long = code
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > LONGEST_FILE)
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
  })

  test('a README of an area has at most 40 lines', () => {
    const long = files.filter(
      (path) => basename(path) === 'README.md' && readFileSync(path, 'utf8').trimEnd().split('\n').length > 40,
    )
    expect(long).toEqual([])
  })
})

describe('code', () => {
  test('exported functions begin with a verb that says something', () => {
    // The names of SvelteKit's hooks are SvelteKit's.
    const wrong = shipped
      .filter(({ path }) => !path.startsWith('src/hooks'))
      .flatMap(({ path, text }) => [...text.matchAll(/export (?:async )?function (\w+)/g)].map((m) => `${path}: ${m[1]}`))
      .filter((found) => FORBIDDEN_VERBS.test(found.split(': ')[1] ?? ''))
    expect(wrong).toEqual([])
  })

  test('no class but an error, no default export but where a framework asks', () => {
    const classes = shipped.filter(({ text }) =>
      /^\s*(export )?(abstract )?class \w+\b(?! extends \w*(Error|Problem)\b)/m.test(withoutComments(text)),
    )
    const defaults = shipped.filter(({ text, path }) => /^export default /m.test(text) && !/\.config\.[jt]s$/.test(path))
    expect([...classes, ...defaults].map((c) => c.path)).toEqual([])
  })

  test('nothing is loaded from another host', () => {
    // Names of standards (XML namespaces, JSON Schema, link relations) look like addresses and are never fetched.
    const isName =
      /^https?:\/\/(www\.w3\.org|json-schema\.org|www\.opengis\.net|schemas\.opengis\.net|www\.iana\.org|www\.geopackage\.org|geojson\.org|localhost|127\.0\.0\.1|\[|\$\{|[\w.-]*example\.(org|com))/
    const shippedText = files
      .filter((path) => /^(src|tiles|db)\//.test(path) && /\.(ts|mjs|js|svelte|css|html|sql|svg)$/.test(path))
      .map((path) => ({ path, text: withoutComments(readFileSync(path, 'utf8')) }))
    const wrong = shippedText.flatMap(({ path, text }) =>
      [...text.matchAll(/https?:\/\/[^\s'"`<>)]+/g)]
        .map((m) => m[0])
        .filter((url) => !isName.test(url) && !isShownLink(path, text, url))
        .map((url) => `${path}: ${url}`),
    )
    expect(wrong).toEqual([])
  })

  test('no path of somebody’s machine', () => {
    const wrong = code.filter(
      ({ text, path }) => /["'`\s](\/work\/|\/home\/\w+\/|\/Users\/\w+\/)/.test(text) && path !== 'test/structure.test.ts',
    )
    expect(wrong.map((c) => c.path)).toEqual([])
  })

  test('versions are exact and scripts at most a dozen', () => {
    const pkg = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
      'dependencies' | 'devDependencies' | 'optionalDependencies' | 'scripts',
      Record<string, string>
    >
    const loose = Object.entries({ ...pkg.dependencies, ...pkg.devDependencies, ...pkg.optionalDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
    )
    expect(loose).toEqual([])
    expect(Object.keys(pkg.scripts).length).toBeLessThanOrEqual(12)
  })
})

/** The room a file is in: an area of src, one of the top-level folders, or '' for the files that wire everything. */
function roomOf(path: string): string {
  const [top, second = ''] = path.split('/')
  if (top !== 'test' && basename(path) === 'main.ts') return '' // a process of its own: it wires, like src/main.ts
  if (top !== 'src') return top ?? ''
  if (path === 'src/ui/app.d.ts') return '' // the types SvelteKit's pages share: what the wiring gives them
  return second.includes('.') ? '' : second
}

function mayImport(from: string, to: string, target: string): boolean {
  if (from === to || from === 'test' || from === '' || from === 'http') return to !== 'test' || from === 'test'
  if (from === 'setup') return false
  if (from === 'db') return to === 'kernel' || to === 'setup'
  if (from === 'tiles') return to === 'kernel' || to === 'db' || target.startsWith('src/people/access/')
  if (from === 'ui') return to === 'kernel'
  if (from === 'map') return to === 'kernel' || to === 'ui' || AREAS.includes(to) || target === 'tiles/catalogue.ts'
  if (from === 'routes') return to !== 'test' && to !== 'setup' && to !== 'http'
  // An area: what is left of it. Its components may use what the browser shares.
  if (to === 'ui' || to === 'map') return true
  return AREAS.includes(to) && AREAS.indexOf(to) < AREAS.indexOf(from)
}

/** Runs in the build, not in the browser. */
function isBuildStep(path: string): boolean {
  return path === 'src/ui/fonts/subset-vazirmatn.ts'
}

/** A link people may follow is not a thing the page loads; nor is a sentence that names a site. */
function isShownLink(path: string, text: string, url: string): boolean {
  return text.includes(`href="${url}`) || path.startsWith('src/setup/')
}

function readImports(text: string): string[] {
  return [...withoutComments(text).matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)'([^']+)'/gm)].map((m) => String(m[1]))
}

/** Path of an import of ours from the project's root; null for packages. */
function resolveImport(path: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1)
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : null
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(^|\s)(\/\/|--\s).*$/gm, '$1')
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? listFiles(path) : [path]
  })
}
