import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from './run-program.mjs'
import { say, SetupProblem } from './say.mjs'

/** Oldest Node that runs the application; only this folder's files run on older ones. */
const OLDEST_NODE = 24

/**
 * `npm ci` when node_modules is not what package-lock.json says.
 * @param {string} project
 * @param {boolean} forDevelopment whether type checker, linters and test tools are needed too
 */
export async function installDependencies(project, forDevelopment) {
  if (isInstalled(project, forDevelopment)) return
  say('Installing dependencies from npm …')
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(forDevelopment ? ['--include=dev'] : [])]
  // The npm that runs us is surely there; the one on PATH may not be.
  const npm = process.env.npm_execpath
  const { code, output } = npm?.endsWith('.js')
    ? await runQuietly(process.execPath, [npm, ...args])
    : await runQuietly('npm', args)
  if (code !== 0) throw new SetupProblem(`npm could not install the dependencies:\n${output.trim()}`)
}

/**
 * The Node to run the application with: ours from npm, else the one running now when it is new enough.
 * @param {string} project
 * @returns {string} path of the program
 */
export function chooseNode(project) {
  const ours = join(project, 'node_modules', '.bin', 'node')
  if (existsSync(ours) && readNodeVersion(ours) >= OLDEST_NODE) return ours
  if (readNodeVersion(process.execPath) >= OLDEST_NODE) return process.execPath
  throw new SetupProblem(
    `Barzan runs on Node ${OLDEST_NODE} or newer. It brings its own for Linux on x64 and arm64 (with glibc); for ${process.platform} on ` +
      `${process.arch} install Node ${OLDEST_NODE} (https://nodejs.org) and run the command again. This is Node ${process.version}.`,
  )
}

/** Compares what npm noted after its last run with the lock file: also right after `npm install`, and cheaper than asking npm. */
function isInstalled(/** @type {string} */ project, /** @type {boolean} */ forDevelopment) {
  const noted = readPackages(join(project, 'node_modules', '.package-lock.json'))
  if (!noted) return false
  return Object.entries(readPackages(join(project, 'package-lock.json')) ?? {}).every(([path, wanted]) => {
    if (path === '') return true
    const found = noted[path]
    if (found) return found.version === wanted.version && found.integrity === wanted.integrity
    return wanted.optional || wanted.devOptional || (wanted.dev && !forDevelopment)
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, dev?: boolean, devOptional?: boolean }> | null}
 */
function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null
}

/** @param {string} program @returns {number} the major version; 0 when it does not run here */
function readNodeVersion(program) {
  try {
    return Number(
      /^v(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[1] ?? 0,
    )
  } catch {
    return 0
  }
}
