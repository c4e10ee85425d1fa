import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { findChromium } from './find-chromium.mjs'
import { findPostgres, OLDEST_POSTGRES } from './find-postgres.mjs'
import { findTestServer } from './find-test-servers.mjs'
import { runQuietly } from './run-program.mjs'
import { say, SetupProblem } from './say.mjs'

/**
 * Debian's packages would make and start a system cluster "main", an nginx on port 80 and a pgbouncer on 6432. We want the programs
 * only, and must not change what the machine's owner has configured: for the time of the installation a file of our own beside
 * the configuration of clusters, and a policy that refuses these two services and leaves every other to the owner's own policy.
 */
const WITHOUT_SERVICES = `
folder=/etc/postgresql-common/createcluster.d
[ -d $folder ] && made= || { mkdir -p $folder; made=yes; }
echo "create_main_cluster = off" > $folder/barzan-installs.conf
policy=/usr/sbin/policy-rc.d
clean() {
  rm -f $folder/barzan-installs.conf
  [ -z "$made" ] || rmdir $folder 2>/dev/null || true
  if [ -e $policy.barzan-keeps ]; then mv -f $policy.barzan-keeps $policy
  elif grep -qs 'Barzan installs' $policy; then rm -f $policy; fi
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
if [ -e $policy ] && ! grep -q 'Barzan installs' $policy; then mv $policy $policy.barzan-keeps; fi
cat > $policy <<'POLICY'
#!/bin/sh
# While Barzan installs nginx and pgbouncer: their programs are wanted, not their services.
for word; do case $word in nginx|nginx.service|pgbouncer|pgbouncer.service) exit 101;; esac; done
[ ! -x "$0.barzan-keeps" ] || exec "$0.barzan-keeps" "$@"
exit 0
POLICY
chmod 755 $policy`

/** See that PostgreSQL with PostGIS is here; on Debian and its kin install it when we may. @throws SetupProblem saying what to install */
export async function ensurePostgres() {
  if (findPostgres().fit.length > 0) return
  if (mayInstall()) {
    say('Installing PostgreSQL and PostGIS from the system’s packages …')
    await installPackages(
      `$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sed 's/ .*//' | sort -t- -k2 -n | tail -1)`,
    )
    if (findPostgres().fit.length > 0) return
  }
  throw new SetupProblem(describeMissingPostgres(findPostgres().seen, readSystem()))
}

/** See that Chromium is here, for the browser tests. @throws SetupProblem saying what to install */
export async function ensureChromium() {
  if (findChromium()) return
  if (mayInstall()) {
    say('Installing Chromium from the system’s packages …')
    await installPackages('chromium')
    if (findChromium()) return
  }
  throw new SetupProblem(
    'The browser tests need Chromium, which is not installed and may not be installed from here. ' +
      'Debian: sudo apt-get install chromium. Fedora: sudo dnf install chromium. macOS: brew install --cask chromium. ' +
      'Or name one: CHROMIUM=/path/to/chromium npm test',
  )
}

/**
 * See that nginx and PgBouncer are here, which the tests put in front of Barzan and of its database. On Debian they come as
 * programs only: their services are neither started nor left to start with the machine. @throws SetupProblem saying what to install
 */
export async function ensureTestServers() {
  const missing = () => TEST_SERVERS.filter((name) => !findTestServer(name))
  if (missing().length === 0) return
  if (mayInstall()) {
    say(`Installing ${missing().join(' and ')} from the system’s packages, without starting them …`)
    const disable = missing().map((name) => `update-rc.d ${name} disable >/dev/null 2>&1 || true`)
    await installPackages(`"${missing().join(' ')}"`, disable.join('\n'))
    if (missing().length === 0) return
  }
  const names = missing().join(' ')
  throw new SetupProblem(
    `The tests start ${missing().join(' and ')}, which is not installed and may not be installed from here. ` +
      `Debian: sudo apt-get install ${names}. Fedora: sudo dnf install ${names}. macOS: brew install ${names}. ` +
      `Or name a program: ${missing()
        .map((name) => `${name.toUpperCase()}=/path/to/${name} `)
        .join('')}npm test`,
  )
}

const TEST_SERVERS = /** @type {const} */ (['nginx', 'pgbouncer'])

/**
 * The sentence for who has to install PostgreSQL.
 * @param {{ bin: string, version: number, postgis: string | null }[]} seen
 * @param {'debian' | 'fedora' | 'macos' | 'other'} system
 */
export function describeMissingPostgres(seen, system) {
  const found = seen.map(
    (s) => `PostgreSQL ${s.version} in ${s.bin} ${s.postgis ? `with PostGIS ${s.postgis}` : 'without PostGIS'}`,
  )
  const ways = {
    debian: 'Run: sudo apt-get install --no-install-recommends postgresql-15-postgis-3 (or the version your release has)',
    fedora: 'Run: sudo dnf install postgresql-server postgresql-contrib postgis',
    macos: 'Run: brew install postgresql@17 postgis (or install Postgres.app, which has PostGIS)',
    other: 'Install both from your system’s packages',
  }
  return (
    `Barzan needs the programs of PostgreSQL ${OLDEST_POSTGRES} or newer and PostGIS 3.3 or newer; ` +
    `${found.length > 0 ? `it found only ${found.join(', ')}` : 'it found none'}, and may not install them itself. ` +
    `${ways[system]}; it runs a private database of its own with them. ` +
    'Or set DATABASE_URL to a database that has PostGIS.'
  )
}

/** @param {string} packages as the shell reads it, after the lists are fresh @param {string} [afterwards] shell lines */
async function installPackages(packages, afterwards = '') {
  const script = `set -e${WITHOUT_SERVICES}
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update
packages=${packages}
[ -n "$packages" ] || { echo "this release has no such package"; exit 1; }
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages
${afterwards}`
  const [program, ...args] = isRoot() ? ['sh', '-c', script] : ['sudo', '-n', 'sh', '-c', script]
  const { code, output } = await runQuietly(String(program), args, { ...process.env, LC_ALL: 'C' })
  if (code !== 0) say(`The installation failed:\n${output.trim().split('\n').slice(-15).join('\n')}`)
}

/** Root, or somebody whom sudo does not ask for a password, on a system with apt. */
function mayInstall() {
  return readSystem() === 'debian' && existsSync('/usr/bin/apt-get') && (isRoot() || succeeds('sudo', ['-n', 'true']))
}

function isRoot() {
  return process.getuid?.() === 0
}

/** @returns {'debian' | 'fedora' | 'macos' | 'other'} */
function readSystem() {
  if (process.platform === 'darwin') return 'macos'
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)) return 'debian'
  return /^ID(_LIKE)?=.*(fedora|rhel)/m.test(release) ? 'fedora' : 'other'
}

/** @param {string} program @param {string[]} args */
function succeeds(program, args) {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
