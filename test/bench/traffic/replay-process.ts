import { replayTrace, type ReplayJob } from './replay.ts'

// A process of its own: what the replayer does does not hold up the server, and nothing else holds up the replayer.
process.once('message', (job: ReplayJob) => {
  void replayTrace(job).then((replay) => process.send!(replay, () => process.disconnect()))
})
