import type { InputOf, LatchkeyClient } from '@latchkey/client'
import { isLatchkeyError } from '@latchkey/react/parts'
import type { useText } from '../../text/text.tsx'
import { userIdOf } from '../people/named-user.tsx'
import { fieldError, NoSuchUser } from '../people/no-such-user.ts'
import { eventTypes, severities } from './event-types.ts'

export type Filter = NonNullable<InputOf<'GET /v1/admin/events'>['query']>

/** As the operator typed it, and as the address of the page has it; an empty field does not filter. */
export type Written = Readonly<Record<'type' | 'severity' | 'user' | 'session' | 'address' | 'since', string>>

export const nothingWritten: Written = {
  type: '',
  severity: '',
  user: '',
  session: '',
  address: '',
  since: '',
}

/** Pure: from the query of the page’s address. */
export function writtenIn(query: string): Written {
  const given = new URLSearchParams(query)
  const field = (name: keyof Written) => given.get(name) ?? ''
  return {
    type: field('type'),
    severity: field('severity'),
    user: field('user'),
    session: field('session'),
    address: field('address'),
    since: field('since'),
  }
}

/** As the service takes it. Throws `NoSuchUser`. */
export async function filterOf(client: LatchkeyClient, written: Written): Promise<Filter> {
  const { user, since } = written
  const type = eventTypes.find(candidate => candidate === written.type)
  const severity = severities.find(candidate => candidate === written.severity)
  const session = written.session.trim()
  const address = written.address.trim()
  const at = Date.parse(since)
  return {
    ...(type !== undefined && { type }),
    ...(severity !== undefined && { severity }),
    ...(user.trim() !== '' && { userId: await userIdOf(client, user) }),
    ...(session !== '' && { sessionId: session }),
    ...(address !== '' && { ipAddress: address }),
    ...(!Number.isNaN(at) && { since: new Date(at).toISOString() }),
  }
}

export type FieldErrors = Partial<Record<keyof Written, string>>

const fields: Readonly<Record<string, keyof Written>> = {
  '/userId': 'user',
  '/sessionId': 'session',
  '/ipAddress': 'address',
  '/since': 'since',
}

/** Errors that concern a field of the filter. */
export function fieldErrors(error: unknown, words: ReturnType<typeof useText>): FieldErrors {
  const message = fieldError(error, words)
  if (message === null) return {}
  if (error instanceof NoSuchUser) return { user: message }
  if (!isLatchkeyError(error)) return {}
  const name = fields[error.problem?.errors?.[0]?.path ?? '']
  return name === undefined ? {} : { [name]: message }
}
