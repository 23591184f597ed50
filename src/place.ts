import cluster from 'node:cluster'
import { readFileSync, readlinkSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** Linux: a random number of this start of the kernel, and the network namespace that this process is in (`proc(5)`). */
const bootIdPath = '/proc/sys/kernel/random/boot_id'
const networkPath = '/proc/self/ns/net'

/**
 * Where a process listens, by a name that no two processes can listen at together: the kernel gives an address and port
 * of one network namespace to one of them. Null where the kernel does not tell, or chooses the port itself; for a name,
 * which may stand for another address the next time; and for a worker of `node:cluster`: all workers of a primary listen
 * together, by the one socket that it has.
 */
export function placeOf({ host, port }: { host: string; port: number }): string | null {
  if (port === 0 || isIP(host) === 0 || cluster.isWorker) return null
  try {
    const machine = [hostname(), readFileSync(bootIdPath, 'utf8').trim(), readlinkSync(networkPath)]
    return [...machine, `${host}:${port}`].join(' ')
  } catch {
    return null
  }
}
