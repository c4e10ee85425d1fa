import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './run-checks.mjs'
import { runProgram } from './run-program.mjs'

/**
 * Everything that must hold: the checks, then all tests. The last line says how many passed and failed; a check counts as one.
 * With arguments (a file, a filter) only those tests run, without the checks.
 * @param {string} node
 * @param {string[]} args passed on to vitest
 * @returns {Promise<number>} exit code
 */
export async function runTests(node, args) {
  const checks = args.length > 0 ? { passed: [], failed: [] } : await runChecks(node)
  const folder = mkdtempSync(join(tmpdir(), 'barzan-tests-'))
  const report = join(folder, 'report.json')
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await runProgram(node, ['--disable-warning=ExperimentalWarning', ...vitest, ...args])
  const tests = countTests(readReport(report), code)
  rmSync(folder, { recursive: true })
  const passed = tests.passed + checks.passed.length
  const failed = tests.failed + checks.failed.length
  process.stdout.write(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}\n`)
  return failed > 0 ? 1 : 0
}

/**
 * Count what vitest reports. A file that failed outside its tests counts as one failure, and so does a run that ended badly
 * although every test passed (an error nobody awaited).
 * @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile
 * @param {{ testResults: TestFile[] } | null} report
 * @param {number} exitCode of vitest
 */
export function countTests(report, exitCode) {
  const files = report?.testResults ?? []
  const results = files.flatMap((file) => file.assertionResults.map((a) => a.status))
  const count = (/** @type {string} */ status) => results.filter((s) => s === status).length
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((a) => a.status === 'failed'),
  ).length
  const failed = count('failed') + brokenFiles
  const passed = count('passed')
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped: results.length - passed - count('failed') }
}

/** @param {string} file @returns {{ testResults: TestFile[] } | null} */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
