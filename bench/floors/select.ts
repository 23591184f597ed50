import Fastify from 'fastify'
import { listen } from '../listen.ts'
import { selectSession } from './rows.ts'
import { bearerToken, verifySchema } from './verify-route.ts'

/** The least that a session in Postgres takes: one SELECT by primary key. */
const app = Fastify()

app.get('/v1/verify', { schema: verifySchema }, async (request, reply) => {
  const row = await selectSession(bearerToken(request))
  if (row === null) return await reply.code(401).send()
  return { userId: row.user_id }
})

await listen(app)
