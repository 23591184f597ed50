import fastifyCors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isListedOrigin } from '../../access/origins.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For routes that no page calls: they are spared the headers. */
    cors?: false
  }
}

const preflightLifetimeSeconds = 600

/**
 * Lets the pages of these origins call and read the answers, errors included (Fetch Standard §3.3). Without any, no
 * answer has a CORS header, and a preflight is like any request by a method that does not exist.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await app.register(fastifyCors, {
    origin: (origin, done) =>
      done(null, origin !== undefined && isListedOrigin(origin, origins) ? origin : false),
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'x-request-id'],
    exposedHeaders: [
      'retry-after',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'x-request-id',
    ],
    maxAge: preflightLifetimeSeconds,
  })
}

export function isPreflight({ method, headers }: FastifyRequest): boolean {
  const asks = headers.origin !== undefined && headers['access-control-request-method'] !== undefined
  return method === 'OPTIONS' && asks
}
