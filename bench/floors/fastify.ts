import Fastify from 'fastify'
import { listen } from '../listen.ts'
import { verifySchema } from './verify-route.ts'

/** Nothing but Fastify and a JSON schema: no credential is looked at. */
const app = Fastify()

app.get('/v1/verify', { schema: verifySchema }, async () => ({
  userId: '0193a5f0-0000-7000-8000-000000000002',
}))

await listen(app)
