import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findTestServer } from '#src/setup/find-test-servers.mjs'
import { findFreePort } from './start-server.ts'

/** nginx in front, with the configuration that people are given. */
export interface RunningNginx {
  origin: string
  /** The folder whose `client` it serves files from. */
  folder: string
  /** What it has written to its log of errors. */
  complaints(): string
  stop(): Promise<void>
}

export interface NginxOptions {
  /** Ports of the processes behind it. */
  upstreams: number[]
  token: string
  port?: number
}

const CONFIGURATION = resolve('src/setup/nginx')
/** Nobody's, when the tests are run by root: nginx would otherwise give up its rights, and could not read its own folder. */
const NOBODY = process.getuid?.() === 0 ? 65534 : undefined

/** Start nginx on a free port, as a user without rights, in a folder of its own. Only what the site file marks "adapt" is changed. */
export async function startNginx(options: NginxOptions): Promise<RunningNginx> {
  const program = findTestServer('nginx')
  if (!program) throw new Error('nginx is not installed; npm test installs it')
  const port = options.port ?? (await findFreePort())
  const folder = mkdtempSync(join(tmpdir(), 'barzan-nginx-'))
  mkdirSync(join(folder, 'client'))
  writeFileSync(join(folder, 'nginx.conf'), writeMain(folder))
  writeFileSync(join(folder, 'site.conf'), adaptSite(folder, port, options))
  if (NOBODY !== undefined) chownSync(folder, NOBODY, NOBODY)
  const child = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(NOBODY !== undefined && { uid: NOBODY, gid: NOBODY }),
  })
  const complaints = () => readFileSync(join(folder, 'error.log'), 'utf8')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const origin = `http://127.0.0.1:${port}`
  await waitUntilItAnswers(child, origin, complaints)
  return { origin, folder, complaints, stop }
}

async function waitUntilItAnswers(child: ChildProcess, origin: string, complaints: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`nginx ended early:\n${complaints()}`)
    if (await fetch(`${origin}/metrics`).then(() => true, () => false)) return // prettier-ignore
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  throw new Error(`nginx did not answer in 5 s:\n${complaints()}`)
}

/** What Debian's nginx.conf says, with everything in this folder. */
function writeMain(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/temp-${kind};`,
  )
  return `pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
worker_processes 2;
events { worker_connections 4096; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  gzip on;
  ${temporary.join('\n  ')}
  include ${folder}/site.conf;
}
`
}

function adaptSite(folder: string, port: number, { upstreams, token }: NginxOptions): string {
  let site = readFileSync(join(CONFIGURATION, 'site.conf'), 'utf8')
  const adapt = (from: string, to: string) => {
    if (!site.includes(from)) throw new Error(`site.conf has no "${from}"`)
    site = site.replaceAll(from, to)
  }
  adapt(
    '  server 127.0.0.1:3000 ',
    upstreams.map((upstream) => `  server 127.0.0.1:${upstream} `).join('max_fails=2 fail_timeout=2s;\n'),
  )
  adapt('/var/cache/nginx/barzan', `${folder}/cache`)
  adapt('# "~^adapt-this-word-of-BARZAN_CACHE_TOKEN$"', `"~^${token}$"`)
  adapt('/opt/barzan/build/client', `${folder}/client`)
  adapt('/opt/barzan/src/setup/nginx', CONFIGURATION)
  adapt('/var/log/nginx/barzan.log', `${folder}/access.log`)
  adapt('listen 80;', `listen 127.0.0.1:${port};`)
  adapt('  listen [::]:80;\n', '')
  return site
}
