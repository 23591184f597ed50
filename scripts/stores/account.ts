import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, lstat, mkdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Who runs Postgres in our place when we are root, which Postgres refuses. */
export interface Account {
  uid: number
  gid: number
}

/** Survives a reboot, and every account may enter it. */
const openFolder = '/var/tmp'

/**
 * The account for a cluster in that folder: whose it is already, else one that the machine has. `undefined` where we
 * are an ordinary user and run everything as ourselves.
 */
export async function accountFor(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(data).catch(() => undefined)
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  // `nobody` exists everywhere, so that no account has to be added to the machine.
  for (const name of ['postgres', '_postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map(flag => execute('id', [flag, name])))
      return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
    } catch {
      // Not on this machine: try the next.
    }
  }
  throw new Error(
    'Postgres does not run as root, and there is no account `postgres` or `nobody` to run it as',
  )
}

/** `directory`, or where that account cannot get to (a checkout under /root, say) a folder that stands for it. */
export async function reachableFolder(
  directory: string,
  account: Account | undefined,
  log: (line: string) => void,
): Promise<string> {
  await mkdir(directory, { recursive: true })
  if (account === undefined) return realpath(directory)
  await chmod(directory, 0o711)
  if (await succeeds('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], account)) return realpath(directory)
  const stand = join(openFolder, `latchkey-${shortHash(directory)}`)
  await ownFolder(stand)
  log(`${directory} is closed to the account that Postgres runs as; using ${stand}`)
  return stand
}

/** A folder with the same programs that the account may run: the original, or a copy of it. */
export async function runnablePrograms(
  folder: string,
  version: string,
  account: Account | undefined,
  log: (line: string) => void,
): Promise<string> {
  const probe = (candidate: string) => trial(join(candidate, 'bin', 'postgres'), ['--version'], account)
  const problem = await probe(folder)
  if (problem === undefined) return folder
  if (account === undefined) throw new Error(`the PostgreSQL programs do not run here: ${problem}`)
  const copy = join(openFolder, `latchkey-postgres-${shortHash(`${folder} ${version}`)}`)
  log(`The PostgreSQL programs are closed to the account that runs them; using a copy in ${copy}`)
  await copyOnce(folder, copy)
  const remaining = await probe(copy)
  if (remaining !== undefined) throw new Error(`the PostgreSQL programs do not run here: ${remaining}`)
  return copy
}

async function copyOnce(from: string, to: string): Promise<void> {
  if ((await lstat(to).catch(() => undefined)) !== undefined) return ownFolder(to)
  const partial = `${to}.${process.pid}`
  await ownFolder(partial)
  await cp(from, partial, { recursive: true, verbatimSymlinks: true, filter: path => !path.endsWith('.a') })
  await execute('chmod', ['-R', 'a+rX', partial])
  // Complete or absent, also if we are killed meanwhile; and whoever else came first has the same.
  await rename(partial, to).catch(() => rm(partial, { recursive: true, force: true }))
}

/** Anyone may write to the folder around it: what was put there by another is not used. */
async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  const found = await lstat(path)
  if (!found.isDirectory() || found.uid !== 0)
    throw new Error(`${path} is not ours; remove it and start again`)
  await chmod(path, 0o755)
}

async function succeeds(command: string, args: string[], account: Account): Promise<boolean> {
  return (await trial(command, args, account)) === undefined
}

/** What went wrong, or nothing. */
async function trial(
  command: string,
  args: string[],
  account: Account | undefined,
): Promise<string | undefined> {
  try {
    await execute(command, args, { cwd: '/', ...account })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error)
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
