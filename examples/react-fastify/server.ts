import { createVerifier } from '@latchkey/node'
import latchkey, { callerOf } from '@latchkey/node/fastify'
import Fastify from 'fastify'

const { LATCHKEY_URL = 'http://127.0.0.1:3000', LATCHKEY_ISSUER, LATCHKEY_SERVICE_KEY } = process.env
const { NODE_ENV, PORT = '8080' } = process.env

const verifier = createVerifier({
  // Where this API reaches Latchkey, and Latchkey's public URL where that is another one (its setting ISSUER).
  url: LATCHKEY_URL,
  issuer: LATCHKEY_ISSUER,
  // With the scope `verify`: Latchkey does not limit how often this API asks.
  serviceKey: LATCHKEY_SERVICE_KEY,
  // `npm run dev` runs Latchkey over plain HTTP, where its cookies have other names.
  insecureCookies: NODE_ENV !== 'production',
})

const app = Fastify({ logger: { level: 'warn' } })
await app.register(latchkey, { verifier })

type Order = { id: number; userId: string; item: string }
const orders: Order[] = []
const ordersOf = (userId: string) => ({ orders: orders.filter(order => order.userId === userId) })

// For everybody.
app.get('/api/menu', () => ({ items: ['coffee', 'tea'] }))

// For signed-in users. By bearer token or by cookie; a request that changes something must come from this site.
app.get('/api/orders', { onRequest: app.requireSession() }, request => ordersOf(callerOf(request).userId))

const body = {
  type: 'object',
  required: ['item'],
  properties: { item: { type: 'string', minLength: 1, maxLength: 40 } },
}
app.post<{ Body: { item: string } }>(
  '/api/orders',
  { onRequest: app.requireSession(), schema: { body } },
  request => {
    const { userId } = callerOf(request)
    orders.push({ id: orders.length + 1, userId, item: request.body.item })
    return ordersOf(userId)
  },
)

// For users with a permission, which Latchkey's setting PERMISSIONS gives to their role.
app.get('/api/orders/all', { onRequest: app.requirePermission('view_all_orders') }, () => ({ orders }))

await app.listen({ host: '127.0.0.1', port: Number(PORT) })
