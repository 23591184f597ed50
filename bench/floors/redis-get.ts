import { createHash } from 'node:crypto'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { listen, setting } from '../listen.ts'
import { bearerToken, verifySchema } from './verify-route.ts'

/** The least that a session in Redis takes: SHA-256 of the token, one GET, JSON.parse. */
const app = Fastify()
const redis = new Redis(setting('REDIS_URL'), { enableAutoPipelining: true })

app.get('/v1/verify', { schema: verifySchema }, async (request, reply) => {
  const hash = createHash('sha256').update(bearerToken(request)).digest('base64url')
  const text = await redis.get(`floor:${hash}`)
  if (text === null) return await reply.code(401).send()
  const session: { userId: string } = JSON.parse(text)
  return { userId: session.userId }
})

await listen(app)
