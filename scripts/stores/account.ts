import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Who runs Postgres in our place when we are root, which Postgres refuses. */
export interface Account {
  uid: number
  gid: number
}

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
  throw new Error('Postgres does not run as root, and there is no `postgres` or `nobody` to run it as')
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
  const problem = await trial('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], account)
  if (problem === undefined) return realpath(directory)
  const stand = standIn('latchkey', directory)
  await ownFolder(stand)
  log(`${directory} is closed to the account that Postgres runs as; using ${stand}`)
  return stand
}

/** Where every account may go, what survives a reboot, and always the same place for the same thing. */
export function standIn(name: string, of: string): string {
  return join('/var/tmp', `${name}-${createHash('sha256').update(of).digest('hex').slice(0, 12)}`)
}

/** Anyone may write to the folder around it: what was put there by another is not used. */
export async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  const found = await lstat(path)
  if (!found.isDirectory() || found.uid !== 0) throw new Error(`${path} is not ours: remove it`)
  await chmod(path, 0o755)
}

/** What goes wrong when that account runs the command, or nothing. */
export async function trial(
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
