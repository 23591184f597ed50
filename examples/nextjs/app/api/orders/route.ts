import { callerOf } from '@latchkey/node/next'
import { withSession } from '../../../lib/latchkey'
import { order, ordersOf } from '../../../lib/orders'

export const GET = withSession(request => Response.json({ orders: ordersOf(callerOf(request).userId) }))

/** With a cookie, a request that changes something must come from a page of this site; others get a 403. */
export const POST = withSession(async request => {
  const { userId } = callerOf(request)
  order(userId, (await request.text()).slice(0, 40))
  return Response.json({ orders: ordersOf(userId) })
})
