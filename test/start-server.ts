import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** The server as people run it, in a process of its own. */
export interface RunningServer {
  process: ChildProcess
  origin: string
  /** what it has printed so far */
  said(): string
}

/**
 * Start the server on a free port over this database, and wait until it is ready. The pages must have been built.
 * @param options.env settings besides those a test always makes
 * @param options.flags of Node itself
 * @param options.port instead of a free one: that of a server that has ended
 */
export async function startServer(
  databaseUrl: string,
  options: { env?: Record<string, string>; flags?: string[]; port?: number } = {},
): Promise<RunningServer> {
  const port = options.port ?? (await findFreePort())
  const child = spawn(process.execPath, [...(options.flags ?? []), 'src/main.ts'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      BARZAN_DEV: '',
      BARZAN_ORIGIN: '',
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      DATABASE_OWNER_URL: '',
      BARZAN_CITY_PARCELS: '0',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const origin = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended early:\n${said}`)
    const isReady = await fetch(`${origin}/readyz`).then((answer) => answer.ok, () => false) // prettier-ignore
    if (isReady) return { process: child, origin, said: () => said }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill('SIGKILL')
  throw new Error(`the server was not ready in 30 s:\n${said}`)
}

/** End the server and wait for it. False when it had ended by itself before. */
export async function endServer({ process: child }: RunningServer): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return false
  child.kill('SIGTERM')
  await once(child, 'exit')
  return true
}

/** A port that nobody listens on, for something that must be told its port before it begins. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
