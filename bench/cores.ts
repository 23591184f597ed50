import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Which processor cores whom: the server under load has one to itself. Null where the machine cannot tell them apart. */
export type Cores = { server: string; others: string } | null

/** Keeps this process, and all that it starts from now on, off the server's core. */
export async function shareCores(): Promise<Cores> {
  const allowed = await allowedCores()
  const server = allowed?.at(-1)
  if (allowed === null || server === undefined || allowed.length < 2) return null
  const others = allowed.slice(0, -1).join(',')
  await execute('taskset', ['-a', '-c', '-p', others, String(process.pid)])
  return { server: String(server), others }
}

/** The command that runs something on the server's core. */
export function onServerCore(cores: Cores, command: string, args: string[]): [string, string[]] {
  return cores === null ? [command, args] : ['taskset', ['-c', cores.server, command, ...args]]
}

/** `taskset` prints them as a list like 0-2,5. */
async function allowedCores(): Promise<number[] | null> {
  const told = await execute('taskset', ['-c', '-p', String(process.pid)]).catch(() => null)
  const [, list] = /: ([\d,-]+)\s*$/.exec(told?.stdout ?? '') ?? []
  if (list === undefined) return null
  return list.split(',').flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_unused, offset) => first + offset)
  })
}
