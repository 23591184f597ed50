import type { Server } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'
import { monotonic } from '../../clock.ts'

export type ConnectionLimits = {
  /** Over all addresses. */
  most: number
  mostFromOneAddress: number
  /** Addresses that hold connections for many clients, and so have no limit of their own. */
  isProxy: (address: string) => boolean
}

/** File descriptors for the stores, the log, the metrics, and files that are being sent. */
const reservedFiles = 256
/** Each idle connection takes some 7 KB. */
const mostConnections = 10_000
/** Of all: what one address may hold, so that others find room. */
const addressShare = 4
/** From this share of all on, idle connections are closed to make room. */
const crowdedShare = 0.8
/** Milliseconds. Closing goes through all connections. */
const closeIdleEveryMs = 1_000

/** As many connections as the process has file descriptors for, less what it needs itself. */
export function connectionLimitsOf(openFiles: number): Pick<ConnectionLimits, 'most' | 'mostFromOneAddress'> {
  const most = Math.max(64, Math.min(mostConnections, openFiles - reservedFiles))
  return { most, mostFromOneAddress: Math.ceil(most / addressShare) }
}

let openFiles: number | null = null

/** How many files this process may have open (`ulimit -n`); infinite where the system does not say. */
export function openFilesLimit(): number {
  // A report takes 20 ms.
  openFiles ??= readOpenFilesLimit()
  return openFiles
}

function readOpenFilesLimit(): number {
  const report: unknown = process.report?.getReport()
  const limit = memberOf(memberOf(memberOf(report, 'userLimits'), 'open_files'), 'soft')
  return typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY
}

/** Whether an address is on a list of addresses and networks, such as 10.0.0.0/8. */
export function addressesIn(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return address => list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/**
 * Refuses connections past the limits by closing them: without a file descriptor left, neither store could be reached
 * again. A connection that has sent nothing is closed after `headersTimeout`; one that is idle after an answer is closed
 * early when there is little room.
 */
export function boundConnections(server: Server, limits: ConnectionLimits): void {
  const { most, mostFromOneAddress, isProxy } = limits
  const byAddress = new Map<string, number>()
  let open = 0
  let closedIdleAt = Number.NEGATIVE_INFINITY
  server.maxConnections = most

  function makeRoom(): void {
    if (open < most * crowdedShare || monotonic() - closedIdleAt < closeIdleEveryMs) return
    closedIdleAt = monotonic()
    server.closeIdleConnections()
  }

  server.on('connection', socket => {
    const address = socket.remoteAddress ?? 'unknown'
    const held = byAddress.get(address) ?? 0
    if (held >= mostFromOneAddress && !isProxy(address)) {
      socket.destroy()
      return
    }
    byAddress.set(address, held + 1)
    open++
    socket.once('close', () => {
      open--
      const left = (byAddress.get(address) ?? 1) - 1
      if (left > 0) byAddress.set(address, left)
      else byAddress.delete(address)
    })
    makeRoom()
  })
}
