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
      <Orders userId={caller.userId} initial={ordersOf(caller.userId)} />
    </main>
  )
}
