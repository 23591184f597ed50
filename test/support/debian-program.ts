import { execFile } from 'node:child_process'
import { access, chmod, constants, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { lastLines } from '../../scripts/stores/apt.ts'

const execute = promisify(execFile)

export type FoundProgram = { kind: 'found'; path: string } | { kind: 'none'; reason: string }

/**
 * A program of this machine; where it is missing, and the machine is a Debian or Ubuntu, that of the package, by the same
 * name unless told otherwise. The package is taken apart and not installed, so that nothing is started and no account is
 * added. `libraries` are packages that it needs and the machine may lack, below `usr/lib` of the same folder.
 */
export async function findProgram(
  name: string,
  from: { package?: string; libraries?: readonly string[] } = {},
): Promise<FoundProgram> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders.filter(entry => entry !== '')) {
    if (await runs(join(folder, name))) return { kind: 'found', path: join(folder, name) }
  }
  return await fromPackages(name, [from.package ?? name, ...(from.libraries ?? [])])
}

async function fromPackages(name: string, packages: readonly string[]): Promise<FoundProgram> {
  const place = join(tmpdir(), `latchkey-${name}-${process.getuid?.() ?? ''}`)
  const known = await programIn(place, name)
  if (known !== undefined) return { kind: 'found', path: known }
  const folder = await mkdtemp(join(tmpdir(), `latchkey-${name}-`))
  try {
    for (const each of packages) await download(each, folder)
    const files = (await readdir(folder)).filter(entry => entry.endsWith('.deb'))
    if (files.length < packages.length)
      return { kind: 'none', reason: `apt did not bring ${packages.join(', ')}` }
    for (const file of files) await execute('dpkg-deb', ['--extract', join(folder, file), folder])
    // Others than its owner may have to run it.
    await chmod(folder, 0o755)
    // Complete or absent; and whoever else came first has the same.
    await rename(folder, place).catch(() => rm(folder, { recursive: true, force: true }))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    const words = error instanceof Error ? lastLines(error.message) : String(error)
    return { kind: 'none', reason: `no ${name} on the path, and none by apt: ${words}` }
  }
  const path = await programIn(place, name)
  return path === undefined
    ? { kind: 'none', reason: `no program ${name} in ${packages.join(', ')}` }
    : { kind: 'found', path }
}

/** The lists may be missing, or name a version that is gone; only root can bring them up to date. */
async function download(name: string, folder: string): Promise<void> {
  const apt = (...args: string[]) =>
    execute('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], { cwd: folder, timeout: 600_000 })
  try {
    await apt('download', name)
  } catch (error) {
    if (process.getuid?.() !== 0) throw error
    await apt('update').catch(() => {})
    await apt('download', name)
  }
}

async function programIn(place: string, name: string): Promise<string | undefined> {
  for (const folder of ['usr/sbin', 'usr/bin']) {
    if (await runs(join(place, folder, name))) return join(place, folder, name)
  }
  return undefined
}

function runs(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
