import { redirect } from 'next/navigation'
import { getSession } from '../../lib/latchkey'
import { ordersOf } from '../../lib/orders'
import { Orders } from './orders'

export default async function OrdersPage() {
  // Throws when Latchkey cannot be asked: see error.tsx.
  const caller = await getSession()
  if (caller === null) redirect('/sign-in?returnTo=/orders')
  return (
    <main>
      <p>Rendered on the server for user {caller.userId}</p>
      <Orders initial={ordersOf(caller.userId)} />
    </main>
  )
}
