import { execFile } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
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

/**
 * Keeps all cores from going to sleep for as long as the file is open (Linux' PM QoS); null where the system does not
 * let us. Else whoever is answered between two requests has to be woken, and whoever is slower pays more for that: on a
 * virtual machine 6 µs of the 30 of a hit in memory, and next to nothing of the 18 of the empty Fastify.
 */
export async function keepCoresAwake(): Promise<FileHandle | null> {
  const file = await open('/dev/cpu_dma_latency', 'r+').catch(() => null)
  // The longest that waking may take, as 32 bits in microseconds.
  await file?.write(Buffer.alloc(4))
  return file
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
