import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './say.mjs'

/**
 * Run while no other process sets up the same checkout: two commands started at once would install and build over each other.
 * A turn whose process is gone counts as over.
 * @template T
 * @param {string} project
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function takeTurns(project, run) {
  const file = join(
    tmpdir(),
    `barzan-setup-${createHash('sha256').update(project).digest('hex').slice(0, 16)}-${process.getuid?.() ?? 0}`,
  )
  for (let isFirst = true; !tryTake(file); isFirst = false) {
    if (isFirst) say('Waiting for another command that is setting up …')
    await sleep(200)
  }
  try {
    return await run()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
  }
  const holder = readHolder(file)
  if (holder !== null && !isAlive(holder)) rmSync(file, { force: true })
  return false
}

/** @param {string} file @returns {number | null} null while it is being written or already gone */
function readHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || process.pid
  } catch {
    return null
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
