import Fastify from 'fastify'
import { listen } from '../listen.ts'
import { refreshSchema, rotate } from './rotation.ts'

/** The least that a rotation takes: one SELECT and one UPDATE … RETURNING by primary key. */
const app = Fastify()

app.post<{ Body: { refreshToken: string } }>(
  '/v1/auth/refresh',
  { schema: refreshSchema },
  async (request, reply) => {
    const rotated = await rotate(request.body.refreshToken)
    if (rotated === null) return await reply.code(401).send()
    return { refreshToken: rotated.refreshToken }
  },
)

await listen(app)
