import type { FastifyRequest } from 'fastify'
import type { Origin } from '../../session/session.ts'
import { clientAddress } from './client-address.ts'

/** Longer user agents are cut: none that a person uses is near it. */
export const longestUserAgent = 1_024

/** Where a request comes from, fit for the database. */
export function originOf(request: FastifyRequest): Origin {
  return {
    ipAddress: clientAddress(request),
    userAgent: request.headers['user-agent']?.slice(0, longestUserAgent) ?? null,
  }
}
