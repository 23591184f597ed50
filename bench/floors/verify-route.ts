import type { FastifyRequest } from 'fastify'

/** The route that every floor of verify serves: a schema for what comes in, and one for what goes out. */
export const verifySchema = {
  querystring: {
    type: 'object',
    properties: { permission: { type: 'string', minLength: 1, maxLength: 64 } },
    additionalProperties: false,
  },
  response: {
    200: { type: 'object', properties: { userId: { type: 'string' } }, required: ['userId'] },
    401: { type: 'null' },
  },
} as const

export function bearerToken(request: FastifyRequest): string {
  return request.headers.authorization?.slice('Bearer '.length) ?? ''
}
