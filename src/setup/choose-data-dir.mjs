import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The folder of everything Barzan keeps: BARZAN_DATA, or `.data` in the project. Started by root, PostgreSQL runs as another
 * user, who cannot enter a project in a closed home such as /root: then a folder of this checkout under /var/lib/barzan.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} project the checkout
 */
export function chooseDataDir(env, project) {
  if (env.BARZAN_DATA) return env.BARZAN_DATA
  if (process.getuid?.() !== 0 || isOpenToAll(project)) return join(project, '.data')
  return join('/var/lib/barzan', createHash('sha256').update(project).digest('hex').slice(0, 12))
}

/** @param {string} folder */
function isOpenToAll(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}
