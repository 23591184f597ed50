import type { en } from '../messages/en.ts'
import type { Text } from '../text/format.ts'
import { isLatchkeyError, isOutage } from './outage.ts'

type Words = Pick<Text<typeof en.messages>, 'text'>

/** What went wrong, for the user. */
export function failureText(error: unknown, { text }: Words): string {
  if (!isLatchkeyError(error)) return text('failure.other')
  if (error.code === 'revocation_unconfirmed') return text('failure.unconfirmed')
  if (isOutage(error)) return text('failure.outage')
  switch (error.code) {
    case 'wrong_password':
      return text('password.current-wrong')
    case 'account_locked':
    case 'rate_limited':
      return text('failure.too-many', { count: Math.ceil((error.retryAfterSeconds ?? 60) / 60) })
    case 'not_found':
      return text('failure.not-found')
    case 'permission_denied':
      return text('failure.permission', { permission: error.problem?.requires ?? '' })
    case 'validation_failed':
      return invalidValue(error, { text }) ?? error.message
    default:
      return error.message
  }
}

/** What is wrong with the value of a field; null: the error is about something else. The reason is in English. */
export function invalidValue(error: unknown, { text }: Words): string | null {
  if (!isLatchkeyError(error) || error.code !== 'validation_failed') return null
  const [first] = error.problem?.errors ?? []
  return first === undefined ? null : text('failure.invalid-value', { reason: first.message })
}
