'use client'

import { Devices, useLatchkey, useSession } from '@latchkey/react'
import { useState } from 'react'
import type { Order } from '../../lib/orders'
import { SignInHere } from '../sign-in/sign-in-here'

/** The orders that the server has rendered, and those that the route handler answers with afterwards. */
export function Orders({ userId, initial }: { userId: string; initial: readonly Order[] }) {
  const latchkey = useLatchkey()
  const { status } = useSession()
  const [orders, setOrders] = useState(initial)
  const [problem, setProblem] = useState('')

  async function load(init?: RequestInit) {
    try {
      const response = await latchkey.fetch('/api/orders', init)
      setProblem(problemOf(response.status))
      if (response.ok) setOrders((await response.json()).orders)
    } catch {
      setProblem(problemOf(503))
    }
  }

  if (status === 'signed-out') return <SignInHere returnTo="/orders" />
  return (
    <section>
      <p>User {userId}</p>
      <h2>Your orders</h2>
      {problem !== '' && <p role="alert">{problem}</p>}
      <ul aria-label="Orders">
        {orders.map(({ id, item }) => (
          <li key={id}>{item}</li>
        ))}
      </ul>
      <button type="button" onClick={() => load({ method: 'POST', body: 'tea' })}>
        Order tea
      </button>{' '}
      <button type="button" onClick={() => load()}>
        Reload
      </button>{' '}
      <button type="button" onClick={() => latchkey.signOut()}>
        Sign out
      </button>
      <Devices />
    </section>
  )
}

/** A 401 needs no text: the client has found that the session is over, and `status` is `signed-out`. */
function problemOf(status: number): string {
  if (status < 400 || status === 401) return ''
  if (status === 403) return 'You are not allowed to do this.'
  return 'Orders are unavailable right now. You are still signed in. Try again.'
}
