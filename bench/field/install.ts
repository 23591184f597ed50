import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
/** The package of its own that `bench/` is. */
const folder = join(import.meta.dirname, '..')
const root = join(folder, '..')

/** The contestants' own dependencies, where they are missing or others than the lock file wants. */
export async function installContestants(told: (line: string) => void): Promise<void> {
  if (await isInstalled()) return
  told('Installing what the service is measured against (npm ci --prefix bench)')
  await npm(folder, 'ci', '--no-audit', '--no-fund')
}

/** Their JavaScript: they run as the service does, without anything that compiles on the way. */
export function buildContestants(): Promise<void> {
  return npm(folder, 'run', '--silent', 'build')
}

/** The service as it ships. */
export function buildService(): Promise<void> {
  return npm(root, 'run', '--silent', 'build')
}

/** npm notes in the folder what it has installed; it is the lock file but for its first lines. */
async function isInstalled(): Promise<boolean> {
  const wanted = await packagesOf(join(folder, 'package-lock.json'))
  const found = await packagesOf(join(folder, 'node_modules', '.package-lock.json')).catch(() => null)
  if (found === null) return false
  const missing = Object.entries(wanted).filter(
    ([path, { version, optional }]) => path !== '' && !optional && found[path]?.version !== version,
  )
  return missing.length === 0
}

type Packages = Record<string, { version?: string; optional?: boolean }>

async function packagesOf(file: string): Promise<Packages> {
  const lock: { packages: Packages } = JSON.parse(await readFile(file, 'utf8'))
  return lock.packages
}

async function npm(prefix: string, ...args: string[]): Promise<void> {
  await execute('npm', [...args, '--prefix', prefix], { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: Error & { stdout?: string }) => {
      throw new Error(
        `npm ${args.join(' ')} in ${basename(prefix)} failed:\n${error.stdout ?? ''}${error.message}`,
      )
    },
  )
}
