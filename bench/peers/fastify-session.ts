import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { RedisStore } from 'connect-redis'
import Fastify from 'fastify'
import { createClient } from 'redis'
import { listen, setting } from '../listen.ts'

declare module 'fastify' {
  interface Session {
    userId?: string
  }
}

/** @fastify/session with connect-redis, behind a proxy that ends TLS. */
const client = createClient({ url: setting('REDIS_URL') })
await client.connect()

const app = Fastify({ trustProxy: true })
await app.register(fastifyCookie)
await app.register(fastifySession, {
  secret: setting('SECRET'),
  store: new RedisStore({ client, prefix: 'fastify-session:' }),
  saveUninitialized: false,
  cookie: { secure: true, maxAge: 7 * 24 * 60 * 60 * 1000 },
})

app.get('/v1/verify', async (request, reply) => {
  const { userId } = request.session
  if (userId === undefined) return await reply.code(401).send()
  return { userId }
})

app.post('/sign-in', async request => {
  await request.session.regenerate()
  const userId = crypto.randomUUID()
  request.session.userId = userId
  return { userId }
})

await listen(app)
