import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findTestServer } from '#src/setup/find-test-servers.mjs'
import { findFreePort } from '../start-server.ts'
import { nameTile, type TileRequest } from './traffic/trace.ts'

/**
 * nginx serving these tiles (compressed already) as static files: the ceiling of the transport. Null when it is not installed.
 * @param tiles bytes as sent with gzip; none for a tile in which nothing is
 */
export async function startNginx(
  tiles: Iterable<readonly [TileRequest, Uint8Array]>,
): Promise<{ template: string; version: string; close(): Promise<void> } | null> {
  const program = findTestServer('nginx')
  if (program === null) return null
  const version = readVersion(program)
  const folder = mkdtempSync(join(tmpdir(), 'barzan-nginx-'))
  chmodSync(folder, 0o755)
  for (const [tile, bytes] of tiles) {
    if (bytes.length === 0) continue
    const path = join(folder, 'tiles', `${nameTile(tile)}.mvt`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
  const port = await findFreePort()
  writeFileSync(join(folder, 'nginx.conf'), writeConfig(folder, port))
  const child = spawn(program, ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')], {
    stdio: 'inherit',
  })
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) break
    if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) return { template: `http://127.0.0.1:${port}/tiles/{set}/{z}/{x}/{y}.mvt`, version, close } // prettier-ignore
    await sleep(50)
  }
  await close()
  throw new Error('nginx did not start')
}

function writeConfig(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/${kind};`)
  return `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
${temporary.join('\n')}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=60s;
  types { application/vnd.mapbox-vector-tile mvt; }
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    location /tiles/ {
      try_files $uri =204;
      add_header content-encoding gzip;
      add_header cache-control "public, max-age=0, must-revalidate";
    }
  }
}
`
}

/** It says its version on the channel of errors. */
function readVersion(program: string): string {
  return /nginx\/([\d.]+)/.exec(spawnSync(program, ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? 'unknown'
}
