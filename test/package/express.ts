import { createVerifier } from '@latchkey/node'
import { type Caller, callerOf, latchkey } from '@latchkey/node/express'
import express, { Router } from 'express'

const { requireSession, requirePermission } = latchkey(createVerifier({ url: 'http://latchkey:3000' }))
const app = express()
const router = Router()
app.use('/orders', requireSession({ revocation: 'token-lifetime' }), router)
router.get('/:id', requirePermission('view_orders'), (request, response) => {
  const caller: Caller = callerOf(request)
  const maybe: Caller | undefined = request.caller
  response.json({ id: request.params.id, userId: caller.userId, roles: maybe?.roles })
})

app.get('/', (request, response) => {
  // @ts-expect-error: caller is undefined on a route without a session
  response.json(request.caller.userId)
})
// @ts-expect-error: permission belongs to requirePermission
requireSession({ permission: 'view_orders' })
// @ts-expect-error: a permission is required
requirePermission()
