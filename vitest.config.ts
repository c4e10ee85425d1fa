import { svelte } from '@sveltejs/vite-plugin-svelte'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// tsconfig.json extends what SvelteKit generates.
if (!existsSync('.svelte-kit/tsconfig.json')) execFileSync(process.execPath, ['node_modules/@sveltejs/kit/svelte-kit.js', 'sync'])

// Three rounds: pure tests first (a mistake there shows within a second), then what needs a database or processes of its own,
// then real browsers, one file at a time. A test is of the second round when it asks for a database. (Order 0 would be no order.)
const browser = ['test/e2e/**/*.test.ts']
const all = globSync('test/**/*.test.ts').filter((path) => !path.startsWith('test/e2e/'))
const slow = all.filter((path) =>
  /\/(database|open-app|open-tile-app)\.ts'|-cluster\.ts'|start-(server|nginx)\.ts'|node:child_process/.test(
    readFileSync(path, 'utf8'),
  ),
)

export default defineConfig({
  plugins: [svelte()],
  test: {
    globalSetup: ['test/start-cluster.ts'],
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: ['test/**/*.test.ts'], exclude: [...browser, ...slow], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'database', include: slow, testTimeout: 60_000, hookTimeout: 180_000, sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browser,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
