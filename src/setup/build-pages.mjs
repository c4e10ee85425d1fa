import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from './run-program.mjs'
import { say, SetupProblem } from './say.mjs'

/** What the pages are built from, beside src. */
const CONFIGURATION = ['svelte.config.js', 'vite.config.ts', 'package-lock.json']
/** In src, but not in the pages: setup, and what the build itself writes. */
const APART = ['src/setup', 'src/ui/paraglide', 'src/ui/fonts/vazirmatn.woff2', 'src/ui/project.inlang/README.md']

/**
 * `vite build` when there is none of these very sources. By content, not by time: git changes times at will. Each build has a
 * folder of its own and `build/current` names the newest, so that a server at work keeps the files it was started with.
 * @param {string} project
 * @param {string} node
 */
export async function buildPages(project, node) {
  const builds = join(project, 'build')
  const name = hashSources(project).slice(0, 16)
  const complete = join(builds, name, '.complete')
  // The compiled messages are written beside the sources, where the type check looks for them.
  const messages = join(project, 'src', 'ui', 'paraglide', 'messages.js')
  if (!existsSync(complete) || !existsSync(messages)) {
    say('Building the pages …')
    const { code, output } = await runQuietly(node, ['node_modules/vite/bin/vite.js', 'build', '--logLevel=warn'], {
      ...process.env,
      NODE_ENV: 'production',
      BARZAN_BUILD: `build/${name}`,
    })
    if (code !== 0) throw new SetupProblem(`The build failed:\n${output.trim()}`)
    writeFileSync(complete, '')
  }
  const current = join(builds, 'current')
  const former = existsSync(current) ? readFileSync(current, 'utf8') : null
  linkClient(builds, name)
  if (former === name) return
  writeFileSync(`${current}.new`, name)
  renameSync(`${current}.new`, current)
  for (const old of readdirSync(builds)) {
    if ([name, former, 'current', 'client'].includes(old) || isInUse(join(builds, old))) continue
    rmSync(join(builds, old), { recursive: true, force: true })
  }
}

/** `build/client` leads to the newest files for browsers: a server of files in front (src/setup/nginx) needs one lasting path. @param {string} builds @param {string} name */
function linkClient(builds, name) {
  const link = join(builds, 'client')
  const target = join(name, 'client')
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(link) === target) return
  rmSync(`${link}.new`, { force: true })
  try {
    symlinkSync(target, `${link}.new`)
    renameSync(`${link}.new`, link)
  } catch {
    // A system without links has no nginx of ours either; Barzan itself serves the files.
  }
}

/** A server touches its build every hour (src/http/pages.ts); one whose files vanish would fall over. @param {string} build */
function isInUse(build) {
  const complete = statSync(join(build, '.complete'), { throwIfNoEntry: false })
  return complete !== undefined && Date.now() - complete.mtimeMs < 24 * 3_600_000
}

/** tsconfig.json extends a file that SvelteKit generates. @param {string} project @param {string} node */
export async function generateConfig(project, node) {
  if (existsSync(join(project, '.svelte-kit', 'tsconfig.json'))) return
  await runQuietly(node, ['node_modules/@sveltejs/kit/svelte-kit.js', 'sync'])
}

/** @param {string} project */
function hashSources(project) {
  const hash = createHash('sha256')
  for (const file of [...CONFIGURATION, ...listFiles(project, 'src')]) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(project, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/** @param {string} project @param {string} folder @returns {string[]} */
function listFiles(project, folder) {
  const entries = readdirSync(join(project, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries
    .map((entry) => ({ isFolder: entry.isDirectory(), path: `${folder}/${entry.name}` }))
    .filter(({ path }) => !APART.includes(path) && !path.includes('/.'))
    .flatMap(({ isFolder, path }) => (isFolder ? listFiles(project, path) : [path]))
}
