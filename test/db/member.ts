import { joinLocalCluster } from '#db/local-cluster.ts'

// A process of its own that is a member of the cluster named on its command line until it is told to end.
const membership = await joinLocalCluster(String(process.argv[2]))
process.once('SIGTERM', () => void membership.leave().then(() => process.exit(0)))
setInterval(() => undefined, 1_000)
process.stdout.write(`${membership.url}\n`)
