import { useCallback, useEffect, useState } from 'react'
import { apiUrl, latchkey } from './latchkey'

type Order = { id: number; item: string }

export function Orders() {
  const [orders, setOrders] = useState<Order[]>([])
  const [problem, setProblem] = useState('')

  const load = useCallback(async (init?: RequestInit) => {
    try {
      const response = await latchkey.fetch(`${apiUrl}/orders`, init)
      setProblem(problemOf(response.status))
      if (response.ok) setOrders((await response.json()).orders)
    } catch {
      setProblem(problemOf(503))
    }
  }, [])
  useEffect(() => void load(), [load])

  const order = (item: string) =>
    load({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ item }),
    })

  return (
    <section>
      <h2>Your orders</h2>
      {problem !== '' && <p role="alert">{problem}</p>}
      <ul aria-label="Orders">
        {orders.map(({ id, item }) => (
          <li key={id}>{item}</li>
        ))}
      </ul>
      <button type="button" onClick={() => order('tea')}>
        Order tea
      </button>{' '}
      <button type="button" onClick={() => load()}>
        Reload
      </button>
    </section>
  )
}

/** A 401 needs no text: the client has found that the session is over, and the page shows the sign-in form. */
function problemOf(status: number): string {
  if (status < 400 || status === 401) return ''
  if (status === 403) return 'You are not allowed to do this.'
  return 'Orders are unavailable right now. You are still signed in. Try again.'
}
