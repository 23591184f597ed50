import latchkey, { callerOf } from '@latchkey/node/fastify'
import Fastify from 'fastify'

/** A service whose users are signed in by Latchkey: anybody may look at the menu, the rest is for who is signed in. */
const app = Fastify({ logger: { level: process.env['LOG_LEVEL'] ?? 'info' } })

const { LATCHKEY_ISSUER, LATCHKEY_SERVICE_KEY } = process.env
await app.register(latchkey, {
  url: process.env['LATCHKEY_URL'] ?? 'http://localhost:3000',
  ...(LATCHKEY_ISSUER === undefined ? {} : { issuer: LATCHKEY_ISSUER }),
  ...(LATCHKEY_SERVICE_KEY === undefined ? {} : { serviceKey: LATCHKEY_SERVICE_KEY }),
})

const orders: { id: number; userId: string; item: string }[] = []

app.get('/menu', () => ({ items: ['coffee', 'tea'] }))

// Reading one's own orders bears a revocation that is noticed some minutes late, and is asked for all the time.
app.get('/orders', { onRequest: app.requireSession({ verify: 'locally' }) }, request => {
  const { userId } = callerOf(request)
  return { orders: orders.filter(order => order.userId === userId) }
})

// Ordering does not: Latchkey is asked each time.
app.post<{ Body: { item: string } }>(
  '/orders',
  {
    onRequest: app.requireSession(),
    schema: {
      body: { type: 'object', required: ['item'], properties: { item: { type: 'string', maxLength: 40 } } },
    },
  },
  (request, reply) => {
    const order = { id: orders.length + 1, userId: callerOf(request).userId, item: request.body.item }
    orders.push(order)
    return reply.code(201).send(order)
  },
)

app.get('/orders/all', { onRequest: app.requirePermission('view_all_orders') }, () => ({ orders }))

await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 8080) })

process.once('SIGTERM', () => void app.close())
