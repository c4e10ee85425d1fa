import { Gauge } from '@prometheus-io/client'
import type { Metrics } from '../src/kernel/metrics.ts'
import type { ReadPools } from './read-pools.ts'

/** Tell of each replica whether it takes reads and how far it lags. */
export function measureReplicas(metrics: Metrics, pools: Pick<ReadPools, 'states'>): void {
  const registers = [metrics]
  new Gauge({
    name: 'barzan_replica_up',
    help: '1 while the replica takes reads, 0 while it is left out.',
    labelNames: ['replica'],
    registers,
    collect() {
      for (const { name, isUp } of pools.states()) this.set({ replica: name }, isUp ? 1 : 0)
    },
  })
  new Gauge({
    name: 'barzan_replica_lag_seconds',
    help: 'For how long the primary has been beyond what the replica has replayed, when it was last asked.',
    labelNames: ['replica'],
    registers,
    collect() {
      this.reset()
      for (const { name, lagMs } of pools.states()) if (lagMs !== null) this.set({ replica: name }, lagMs / 1000)
    },
  })
}
