import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Origin } from '../session/session.ts'

/** Longer user agents are cut: none that a person uses is near it. */
export const longestUserAgent = 1_024

/** Where a request comes from, fit for the database: a proxy's word is not trusted to be an address. */
export function originOf(request: FastifyRequest): Origin {
  const address = request.ip.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')
  return {
    ipAddress: isIP(address) === 0 ? null : address,
    userAgent: request.headers['user-agent']?.slice(0, longestUserAgent) ?? null,
  }
}
