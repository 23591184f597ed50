import { redisStorage } from '@better-auth/redis-storage'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders } from 'better-auth/node'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import pg from 'pg'
import { listen, setting } from '../listen.ts'

/**
 * better-auth on Fastify. `VARIANT` says how it keeps its sessions: `redis` as its secondary storage, `cookie-cache`
 * in a signed cookie before that, or `postgres` alone with its joins.
 */
const variant = setting('VARIANT')

const auth = betterAuth({
  baseURL: 'https://auth.example.com',
  secret: setting('SECRET'),
  database: new pg.Pool({ connectionString: setting('DATABASE_URL'), max: 10 }),
  emailAndPassword: { enabled: true },
  advanced: { database: { joins: true } },
  ...(variant === 'postgres'
    ? {}
    : { secondaryStorage: redisStorage({ client: new Redis(setting('REDIS_URL')) }) }),
  ...(variant === 'cookie-cache' ? { session: { cookieCache: { enabled: true, maxAge: 5 * 60 } } } : {}),
})

const { runMigrations } = await getMigrations(auth.options)
await runMigrations()

const app = Fastify()

app.get('/v1/verify', async (request, reply) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
  if (session === null) return await reply.code(401).send()
  return { userId: session.user.id }
})

app.post('/sign-in', async (_request, reply) => {
  const person = {
    email: `${crypto.randomUUID()}@example.com`,
    password: crypto.randomUUID(),
    name: 'A person',
  }
  const { headers, response } = await auth.api.signUpEmail({ body: person, returnHeaders: true })
  for (const cookie of headers.getSetCookie()) reply.header('set-cookie', cookie)
  return { userId: response.user.id }
})

await listen(app)
