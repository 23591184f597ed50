import { isIPv4 } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { normaliseAddress } from '../../access/address.ts'

/** A client with one IPv6 address has the whole network of this prefix length, and could call from every address in it. */
const countedPrefixBits = 64

/**
 * The address of a request, as reported by the last untrusted proxy; null if the value is not an address, so that nothing
 * else ever reaches the database.
 */
export function clientAddress(request: FastifyRequest): string | null {
  // A connection that has closed in the meantime has no address, contrary to its type.
  return normaliseAddress(String(request.ip))
}

/** The address for limits: an IPv4 address, also inside IPv6, or the network of an IPv6 address. */
export function countedAddress(request: FastifyRequest): string {
  const address = clientAddress(request)
  if (address === null) return 'unknown'
  return isIPv4(address) ? address : normalizeIP(address, countedPrefixBits)
}
