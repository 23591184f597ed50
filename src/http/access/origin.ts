import type { FastifyRequest } from 'fastify'
import type { ClientHints } from '../../session/device/client-hints.ts'
import type { Origin } from '../../session/session.ts'
import { clientAddress } from './client-address.ts'

/** Longer user agents are cut: none that a person uses is near it. */
export const longestUserAgent = 1_024

/** Longer hints are dropped: a browser sends three brands or four, in about 100 characters. */
const longestHint = 512

/** Where a request comes from, fit for the database. */
export function originOf(request: FastifyRequest): Origin {
  const { headers } = request
  const origin = {
    ipAddress: clientAddress(request),
    userAgent: headers['user-agent']?.slice(0, longestUserAgent) ?? null,
  }
  const clientHints = clientHintsOf(headers)
  return clientHints === null ? origin : { ...origin, clientHints }
}

function clientHintsOf(headers: FastifyRequest['headers']): ClientHints | null {
  const brands = headers['sec-ch-ua']
  const platform = headers['sec-ch-ua-platform']
  if (brands === undefined && platform === undefined) return null
  return { brands: hint(brands), mobile: hint(headers['sec-ch-ua-mobile']), platform: hint(platform) }
}

function hint(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value.length <= longestHint ? value : null
}
