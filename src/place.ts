import cluster from 'node:cluster'
import { readFileSync, readlinkSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** Linux: a random number of this start of the kernel, and the network namespace that this process is in (`proc(5)`). */
const bootIdPath = '/proc/sys/kernel/random/boot_id'
const networkPath = '/proc/self/ns/net'

/**
 * The place where a process listens, as a name that only one process can have at a time: the kernel gives an address and
 * port of one network namespace to one process. Null if the kernel does not report it or chooses the port; for a host
 * name, which may resolve differently the next time; and for a worker of `node:cluster`, because all workers listen on the
 * one socket of their primary.
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
