import { runQuietly } from './run-program.mjs'
import { say } from './say.mjs'

/** What reads the code instead of running it. */
const CHECKS = {
  types: ['node_modules/svelte-check/bin/svelte-check', '--tsconfig', './tsconfig.json', '--output', 'human'],
  lint: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  unused: ['node_modules/knip/bin/knip.js', '--no-progress'],
}

/**
 * Type check, lint, format and unused code, two at a time; the output of those that fail is shown.
 * @param {string} node
 * @returns {Promise<{ passed: string[], failed: string[] }>} names of the checks
 */
export async function runChecks(node) {
  const waiting = Object.entries(CHECKS)
  const passed = /** @type {string[]} */ ([])
  const failed = /** @type {string[]} */ ([])
  const takeNext = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, args] = next
      const { code, output } = await runQuietly(node, args)
      ;(code === 0 ? passed : failed).push(name)
      say(code === 0 ? `✓ ${name}` : `✗ ${name}\n${output.trim()}`)
    }
  }
  await Promise.all([takeNext(), takeNext()])
  return { passed, failed }
}
