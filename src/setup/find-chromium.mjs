import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A Chromium for the browser tests: the one named by CHROMIUM, or the system's.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null} path of the program
 */
export function findChromium(env = process.env) {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const folders = ['/usr/bin', '/usr/local/bin', ...(env.PATH ?? '').split(':').filter(Boolean)]
  const candidates = [
    ...(env.CHROMIUM ? [env.CHROMIUM] : []),
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]
  return candidates.find((path) => existsSync(path)) ?? null
}
