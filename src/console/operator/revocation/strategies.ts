import type { InputOf, LatchkeyClient } from '@latchkey/client'
import { userIdOf } from '../people/named-user.tsx'

export type Strategy = InputOf<'POST /v1/admin/revocations'>['body']['strategy']

/** As the operator typed it. */
export type Target = { strategy: Strategy; value: string }

type Input = { title: string; label: string; placeholder?: string; hint?: string; type?: string }

/** `label` null: there is no value to enter. */
type Asked = Input | { title: string; label: null }

export const strategies: Record<Strategy, Asked> = {
  session: {
    title: 'Session',
    label: 'Session ID',
    placeholder: '01a1fd5a-62f8-71d8-8b3e-f3bdd08a6dc9',
  },
  user: { title: 'User', label: 'Email or user ID', placeholder: 'ada@example.com' },
  client_type: { title: 'Client type', label: 'Client type' },
  ip: { title: 'IP or network', label: 'IP address or network', placeholder: '203.0.113.0/24' },
  issued_before: {
    title: 'Signed in before',
    label: 'Signed in before',
    type: 'datetime-local',
    hint: 'In this browser’s time zone.',
  },
  all: { title: 'All users', label: null },
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
