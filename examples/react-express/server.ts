import { createVerifier } from '@latchkey/node'
import { callerOf, latchkey } from '@latchkey/node/express'
import cors from 'cors'
import express from 'express'

const { LATCHKEY_URL = 'http://127.0.0.1:3000', LATCHKEY_SERVICE_KEY } = process.env
const { PAGE_ORIGIN = 'http://localhost:5173', PORT = '8080' } = process.env

const verifier = createVerifier({
  url: LATCHKEY_URL,
  // With the scope `verify`: Latchkey does not limit how often this API asks.
  serviceKey: LATCHKEY_SERVICE_KEY,
  // Bearer tokens only. No browser sends them by itself, so there is no CSRF to prevent.
  cookies: false,
})
const { requireSession, requirePermission } = latchkey(verifier)

const app = express()
// The page is of another origin. A browser lets it read Retry-After only where that is exposed.
app.use(cors({ origin: PAGE_ORIGIN, exposedHeaders: ['Retry-After'] }))
app.use(express.json({ limit: '10kb' }))

type Order = { id: number; userId: string; item: string }
const orders: Order[] = []
const ordersOf = (userId: string) => ({ orders: orders.filter(order => order.userId === userId) })

app.get('/orders', requireSession(), (request, response) => {
  response.json(ordersOf(callerOf(request).userId))
})

app.post('/orders', requireSession(), (request, response) => {
  const { userId } = callerOf(request)
  orders.push({ id: orders.length + 1, userId, item: String(request.body?.item).slice(0, 40) })
  response.json(ordersOf(userId))
})

// For users with a permission, which Latchkey's setting PERMISSIONS gives to their role.
app.get('/orders/all', requirePermission('view_all_orders'), (_request, response) => {
  response.json({ orders })
})

app.listen(Number(PORT), '127.0.0.1')
