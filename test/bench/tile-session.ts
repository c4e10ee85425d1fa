import { SESSION_SETTINGS } from '../../tiles/statement.ts'

/** The settings of connections that render tiles, as PostgreSQL's `options`. */
export const TILE_SESSION = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ')
