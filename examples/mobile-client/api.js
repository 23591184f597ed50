import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { createVerifier } from '@latchkey/node'
import { callerOf, withNodeSession } from '@latchkey/node/http'

const { LATCHKEY_URL = 'http://127.0.0.1:3000', LATCHKEY_SERVICE_KEY, PORT = '8080' } = process.env

// `cookies: false`: bearer tokens only. A service key with the scope `verify` lifts the limit on asking.
const verifier = createVerifier({ url: LATCHKEY_URL, serviceKey: LATCHKEY_SERVICE_KEY, cookies: false })

/** @type {{ userId: string, item: string }[]} */
const orders = []

const server = createServer(
  withNodeSession(verifier, async (request, response) => {
    const { userId } = callerOf(request)
    if (request.method === 'POST') {
      const body = await json(request).catch(() => null)
      orders.push({ userId, item: String(Object(body).item).slice(0, 40) })
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ orders: orders.filter(order => order.userId === userId) }))
  }),
)
server.listen(Number(PORT), '127.0.0.1')
