import { execFile } from 'node:child_process'
import { access, constants, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { lastLines } from '../../scripts/stores/apt.ts'

const execute = promisify(execFile)

export type FoundProgram = { kind: 'found'; path: string } | { kind: 'none'; reason: string }

/**
 * A program of this machine; where it is missing, and the machine is a Debian or Ubuntu, that of the package by the same
 * name. The package is taken apart and not installed, so that nothing is started and no account is added.
 */
export async function findProgram(name: string): Promise<FoundProgram> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders.filter(entry => entry !== '')) {
    if (await runs(join(folder, name))) return { kind: 'found', path: join(folder, name) }
  }
  return await fromPackage(name)
}

async function fromPackage(name: string): Promise<FoundProgram> {
  const place = join(tmpdir(), `latchkey-${name}-${process.getuid?.() ?? ''}`)
  const known = await programIn(place, name)
  if (known !== undefined) return { kind: 'found', path: known }
  const folder = await mkdtemp(join(tmpdir(), `latchkey-${name}-`))
  try {
    await download(name, folder)
    const [file] = (await readdir(folder)).filter(entry => entry.endsWith('.deb'))
    if (file === undefined) return { kind: 'none', reason: `apt brought no package ${name}` }
    await execute('dpkg-deb', ['--extract', join(folder, file), folder])
    // Complete or absent; and whoever else came first has the same.
    await rename(folder, place).catch(() => rm(folder, { recursive: true, force: true }))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    const words = error instanceof Error ? lastLines(error.message) : String(error)
    return { kind: 'none', reason: `no ${name} on the path, and none by apt: ${words}` }
  }
  const path = await programIn(place, name)
  return path === undefined
    ? { kind: 'none', reason: `the package ${name} has no program ${name}` }
    : { kind: 'found', path }
}

/** The lists may be missing, or name a version that is gone; only root can bring them up to date. */
async function download(name: string, folder: string): Promise<void> {
  const apt = (...args: string[]) =>
    execute('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], { cwd: folder, timeout: 120_000 })
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
