// The single door: every npm script comes here. Plain JavaScript for any Node from 20 on, with nothing installed yet.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPages, generateConfig } from './build-pages.mjs'
import { chooseDataDir } from './choose-data-dir.mjs'
import { chooseNode, installDependencies } from './install-dependencies.mjs'
import { ensureChromium, ensurePostgres, ensureTestServers } from './install-packages.mjs'
import { runChecks } from './run-checks.mjs'
import { runProgram } from './run-program.mjs'
import { runTests } from './run-tests.mjs'
import { say, SetupProblem } from './say.mjs'
import { takeTurns } from './take-turns.mjs'

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/**
 * What a command needs before it runs, and what it runs.
 * `development`: type checker, linters, test tools. `postgres`: 'own' unless DATABASE_URL is set, or 'always'.
 * @typedef {{ main?: string, node?: string[], env?: NodeJS.ProcessEnv, development?: boolean, postgres?: 'own' | 'always', pages?: boolean }} Needs
 * @type {Record<string, Needs>}
 */
const COMMANDS = {
  start: { main: 'src/main.ts', env: { NODE_ENV: 'production' }, postgres: 'own', pages: true },
  dev: { main: 'src/main.ts', node: ['--watch'], env: { BARZAN_DEV: '1' }, development: true, postgres: 'own' },
  city: { main: 'db/city/main.ts', postgres: 'own' },
  import: { main: 'src/land/intake/main.ts', postgres: 'own' },
  migrate: { main: 'db/main.ts', postgres: 'own' },
  bench: { main: 'test/bench/main.ts', development: true, postgres: 'own', pages: true },
  types: { main: 'db/generate-types.ts', development: true, postgres: 'always' },
  check: { development: true, pages: true },
  test: { development: true, postgres: 'always', pages: true },
}

try {
  process.exitCode = await run(process.argv[2] ?? 'start', process.argv.slice(3))
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error
  say(error.message)
  process.exitCode = 1
  // Whoever reads only the last line of the tests must not miss that there were none.
  if (process.argv[2] === 'test') process.stdout.write('0 passed, 1 failed\n')
}

/** @param {string} name @param {string[]} args @returns {Promise<number>} exit code */
async function run(name, args) {
  const command = COMMANDS[name]
  if (!command) throw new SetupProblem(`There is no command "${name}". There are: ${Object.keys(COMMANDS).join(', ')}.`)
  process.chdir(project)
  const node = await takeTurns(project, () => setUp(name, command))
  if (name === 'check') return (await runChecks(node)).failed.length > 0 ? 1 : 0
  if (name === 'test') return await runTests(node, args)
  const env = { ...process.env, ...command.env, BARZAN_DATA: chooseDataDir(process.env, project) }
  return await runProgram(
    node,
    ['--disable-warning=ExperimentalWarning', ...(command.node ?? []), String(command.main), ...args],
    env,
  )
}

/** @param {string} name @param {Needs} needs @returns {Promise<string>} the Node to run with */
async function setUp(name, needs) {
  await installDependencies(project, needs.development ?? false)
  const node = chooseNode(project)
  if (needs.postgres === 'always' || (needs.postgres === 'own' && !process.env.DATABASE_URL)) await ensurePostgres()
  if (name === 'test') {
    await ensureChromium()
    await ensureTestServers()
  }
  if (needs.development) await generateConfig(project, node)
  if (needs.pages) await buildPages(project, node)
  return node
}
