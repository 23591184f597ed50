import type { FastifyRequest } from 'fastify'
import type { ClientHints } from '../../session/device/client-hints.ts'
import type { Origin } from '../../session/session.ts'
import { clientAddress } from './client-address.ts'

/** Longer user agents are truncated; real ones are much shorter. */
export const longestUserAgent = 1_024

/** Longer hints are dropped: a browser sends three or four brands, in about 100 characters. */
const longestHint = 512

/** The origin of a request, in a form that the database accepts. */
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
