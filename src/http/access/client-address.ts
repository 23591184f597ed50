import { isIPv4 } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { normaliseAddress } from '../../access/address.ts'

/** Whoever has one IPv6 address has the whole network of this many bits, and could call from each of them. */
const countedPrefixBits = 64

/**
 * Where a request comes from, by the last proxy that is not trusted; null when what it says is no address, so that
 * nothing else ever reaches the database.
 */
export function clientAddress(request: FastifyRequest): string | null {
  // A connection that has closed meanwhile has no address any more, whatever the types say.
  return normaliseAddress(String(request.ip))
}

/** What is counted as one address: IPv4 as it is, also inside IPv6, and the network of an IPv6 address. */
export function countedAddress(request: FastifyRequest): string {
  const address = clientAddress(request)
  if (address === null) return 'unknown'
  return isIPv4(address) ? address : normalizeIP(address, countedPrefixBits)
}
