import type { InputOf, LatchkeyClient } from '@latchkey/client'
import { userIdOf } from '../people/named-user.tsx'

export type Strategy = InputOf<'POST /v1/admin/revocations'>['body']['strategy']

/** As the operator typed it. */
export type Target = { strategy: Strategy; value: string }

/** `label` null: there is no value to enter. */
export const strategies = {
  session: {
    title: 'revocation.session',
    label: 'revocation.session-label',
    placeholder: '01a1fd5a-62f8-71d8-8b3e-f3bdd08a6dc9',
  },
  user: { title: 'revocation.user', label: 'revocation.user-label', placeholder: 'ada@example.com' },
  client_type: { title: 'revocation.client-type', label: 'revocation.client-type' },
  ip: { title: 'revocation.ip', label: 'revocation.ip-label', placeholder: '203.0.113.0/24' },
  issued_before: {
    title: 'revocation.issued-before',
    label: 'revocation.issued-before',
    type: 'datetime-local',
    hint: 'revocation.issued-before-hint',
  },
  all: { title: 'revocation.all', label: null },
} as const satisfies Record<Strategy, object>

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
