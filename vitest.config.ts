import { svelte } from '@sveltejs/vite-plugin-svelte'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// tsconfig.json extends what SvelteKit generates.
if (!existsSync('.svelte-kit/tsconfig.json')) execFileSync(process.execPath, ['node_modules/.bin/svelte-kit', 'sync'])

// Three rounds: pure tests first (a mistake there shows within a second), then what needs the database, then real browsers, one at a time.
const BROWSER = ['test/e2e/**/*.test.ts']
const DATABASE = [
  'test/db/**/*.test.ts',
  'test/http/**/*.test.ts',
  'test/tiles/**/*.test.ts',
  'test/land/intake/**/*.test.ts',
  'test/setup/**/*.test.ts',
  'test/**/*.db.test.ts',
  'test/**/*routes.test.ts',
  'test/**/*queries.test.ts',
]

export default defineConfig({
  plugins: [svelte()],
  test: {
    globalSetup: ['test/start-cluster.ts'],
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: ['test/**/*.test.ts'], exclude: [...BROWSER, ...DATABASE], sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: DATABASE,
          exclude: BROWSER,
          testTimeout: 30_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: BROWSER,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
