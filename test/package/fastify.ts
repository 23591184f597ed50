import Fastify from 'fastify'
import latchkey, { type Caller, callerOf, type LatchkeyOptions } from 'latchkey/fastify'

const options: LatchkeyOptions = { url: 'http://latchkey:3000', cacheSeconds: 1 }
const app = Fastify({ logger: true })
await app.register(latchkey, options)

app.get<{ Params: { id: string } }>(
  '/orders/:id',
  { onRequest: [app.requireSession({ verify: 'locally' }), app.requirePermission('view_orders')] },
  request => {
    const caller: Caller = callerOf(request)
    const roles: readonly string[] | null = caller.roles
    return { id: request.params.id, userId: caller.userId, roles }
  },
)

// @ts-expect-error: caller is null on a route without a session
app.get('/', request => request.caller.userId)
// @ts-expect-error: verify takes 'by-asking' or 'locally'
app.requireSession({ verify: 'somehow' })
// @ts-expect-error: url is required
await app.register(latchkey, {})
