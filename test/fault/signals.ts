import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Stops a process and all that it has started where they are: their connections stay, and nothing answers. */
export async function freeze(pid: number): Promise<void> {
  // The parent first, so that no child comes in between.
  signal(pid, 'SIGSTOP')
  for (const child of await descendants(pid)) signal(child, 'SIGSTOP')
}

/** Lets them go on, as if no time had passed. */
export async function thaw(pid: number): Promise<void> {
  for (const child of await descendants(pid)) signal(child, 'SIGCONT')
  signal(pid, 'SIGCONT')
}

async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await execute('ps', ['-A', '-o', 'pid=,ppid='])
  const rows = stdout
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
  const found: number[] = []
  const parents = [pid]
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    for (const [child, of] of rows) {
      if (child === undefined || of !== parent) continue
      found.push(child)
      parents.push(child)
    }
  }
  return found
}

/** A process that has ended meanwhile needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
