import type { TestProject } from 'vitest/node'
import { startScratchCluster } from '#db/scratch-cluster.ts'

/** Once per test run: one private cluster with a migrated template, which every test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { place, remove } = await startScratchCluster('template_empty')
  project.provide('socketDir', place.socketDir)
  return remove
}
