import type { Contestant } from './contestant.ts'
import { floor } from './floor.ts'
import { latchkey } from './latchkey.ts'
import { peer } from './peer.ts'

/** Everybody who is measured. Rows that name the same one share its process. */

export const service = latchkey('Latchkey', { redis: 'up' })
export const serviceWithoutRedis = latchkey('Latchkey without Redis', { redis: 'none' })
export const serviceRedisStopped = latchkey('Latchkey, Redis stopped', { redis: 'stopped' })
export const serviceWithNearCache = latchkey('Latchkey with near cache', {
  redis: 'up',
  nearCacheMaxSessions: 100_000,
})

export const bareFastify = floor('Fastify', 'fastify.js')
export const quickFastify = floor('Fastify, nextTick kept', 'fastify.js', { nextTick: 'kept' })
export const sameYes = floor('The same answer, nextTick kept', 'same-answer.js', {
  variant: 'yes',
  nextTick: 'kept',
})
export const sameRefusal = floor('The same refusal, nextTick kept', 'same-answer.js', {
  variant: 'refusal',
  nextTick: 'kept',
})
export const quickRedisGet = floor('Fastify + Redis GET, nextTick kept', 'redis-get.js', { nextTick: 'kept' })
export const redisGet = floor('Fastify + Redis GET', 'redis-get.js')
export const select = floor('Fastify + SELECT', 'select.js')
export const rotate = floor('SELECT + UPDATE', 'rotate.js')
export const rotateSigned = floor('SELECT + UPDATE + ES256 + Redis SET', 'rotate-signed.js')
export const rawArgon2 = floor('argon2id alone', 'argon2.js')

export const peers = [
  peer('better-auth with Redis', 'better-auth.js', 'redis'),
  peer('better-auth with cookie cache', 'better-auth.js', 'cookie-cache'),
  peer('better-auth with Postgres', 'better-auth.js', 'postgres'),
  peer('@fastify/session', 'fastify-session.js'),
  peer('express-session', 'express-session.js'),
]

/** They explain what the others have measured; a quick run has no time for them. */
export const secondLooks: readonly Contestant[] = [quickFastify, quickRedisGet, sameYes, sameRefusal]
