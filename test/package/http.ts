import { createServer } from 'node:http'
import { createVerifier } from '@latchkey/node'
import { type Caller, callerOf, refuse, withNodeSession, withSession } from '@latchkey/node/http'
import { Hono } from 'hono'

const verifier = createVerifier({ url: 'http://latchkey:3000' })

export const one: (request: Request) => Promise<Response> = withSession(verifier, request =>
  Response.json(callerOf(request)),
)
export const two: (request: Request, context: { id: string }) => Promise<Response> = withSession(
  verifier,
  async (request: Request, { id }: { id: string }) => new Response(`${id} ${callerOf(request).userId}`),
  { permission: 'view_orders' },
)
createServer(
  withNodeSession(verifier, (request, response) => {
    const caller: Caller = callerOf(request)
    response.end(caller.userId + request.socket.remotePort)
  }),
)

const app = new Hono()
app.use('/orders/*', async (c, next) => (await refuse(verifier, c.req.raw)) ?? (await next()))
app.get('/orders', c => c.json(callerOf(c.req.raw)))

// @ts-expect-error: a handler returns a response
withSession(verifier, () => 'text')
