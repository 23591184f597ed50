import type { InputOf, LatchkeyClient } from '@latchkey/client'
import { userIdOf } from '../people/named-user.tsx'

export type Strategy = InputOf<'POST /v1/admin/revocations'>['body']['strategy']

/** As it is written. */
export type Target = { strategy: Strategy; value: string }

/** What is asked for; `label` null: nothing. */
type Asked = { title: string; label: string | null; placeholder?: string; hint?: string; type?: string }

export const strategies: Record<Strategy, Asked> = {
  session: {
    title: 'One session',
    label: 'Id of the session',
    placeholder: '01a1fd5a-62f8-71d8-8b3e-f3bdd08a6dc9',
  },
  user: { title: 'A user', label: 'Address or id of the user', placeholder: 'somebody@example.com' },
  client_type: { title: 'A client type', label: 'Client type', placeholder: 'mobile' },
  ip: { title: 'An address or network', label: 'Address or network', placeholder: '203.0.113.0/24' },
  issued_before: {
    title: 'Signed in before',
    label: 'Signed in before',
    type: 'datetime-local',
    hint: 'In the time of this browser.',
  },
  all: { title: 'Everybody', label: null },
}

export const order: readonly Strategy[] = ['session', 'user', 'client_type', 'ip', 'issued_before', 'all']

/** As the service takes it. */
export async function fieldsOf(
  client: LatchkeyClient,
  { strategy, value }: Target,
): Promise<{ strategy: Strategy; value?: string }> {
  switch (strategy) {
    case 'all':
      return { strategy }
    case 'user':
      return { strategy, value: await userIdOf(client, value) }
    case 'issued_before':
      return { strategy, value: new Date(value).toISOString() }
    case 'session':
    case 'client_type':
    case 'ip':
      return { strategy, value: value.trim() }
  }
}
