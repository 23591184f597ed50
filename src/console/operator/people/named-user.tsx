import type { LatchkeyClient } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { linkTo } from '../../shell/route.ts'
import { NoSuchUser } from './no-such-user.ts'

const knownForMs = 5 * 60_000

/** A user by email, with a link; by the end of the id if the user was deleted or may not be read. */
export function NamedUser({ id }: { id: string }) {
  const client = useLatchkey()
  const mayRead = useSession().user?.permissions.includes('users:read') === true
  const { data } = useQuery({
    queryKey: ['person', id],
    queryFn: () => client.request('GET /v1/admin/users/{id}', { params: { id } }),
    enabled: mayRead,
    staleTime: knownForMs,
  })
  if (!mayRead) return <span title={id}>{shortened(id)}</span>
  return (
    <a href={linkTo('people', id)} title={id}>
      <bdi>{data?.email ?? shortened(id)}</bdi>
    </a>
  )
}

/** The end of an id is random; its beginning is a time, which many ids share. */
export function shortened(text: string): string {
  return text.length === 36 ? `…${text.slice(-8)}` : text
}

/** The id for what an operator typed: an id, or a complete email address. Throws `NoSuchUser`. */
export async function userIdOf(client: LatchkeyClient, written: string): Promise<string> {
  const text = written.trim()
  if (!text.includes('@')) return text
  const { users } = await client.request('GET /v1/admin/users', { query: { email: text, limit: 1 } })
  const [first] = users
  if (first?.email.toLowerCase() !== text.toLowerCase()) throw new NoSuchUser(text)
  return first.id
}
