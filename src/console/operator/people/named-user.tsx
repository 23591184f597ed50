import type { LatchkeyClient } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { linkTo } from '../../shell/route.ts'
import { NothingNamed } from '../../shell/words.ts'

const knownForMs = 5 * 60_000

/** A user by the address that people know, with a link; by the end of the id for who is gone, or may not be read. */
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

/** The end of an id tells apart what its beginning, a time, does not. */
export function shortened(text: string): string {
  return text.length === 36 ? `…${text.slice(-8)}` : text
}

/** The id for what an operator has written: an id, or a whole e-mail address. */
export async function userIdOf(client: LatchkeyClient, written: string): Promise<string> {
  const text = written.trim()
  if (!text.includes('@')) return text
  const { users } = await client.request('GET /v1/admin/users', { query: { email: text, limit: 1 } })
  const [first] = users
  if (first?.email.toLowerCase() !== text.toLowerCase()) throw new NothingNamed('Nobody has that address.')
  return first.id
}
