import { LatchkeyError } from '@latchkey/client'

/** Whether the service was unavailable, which says nothing about the user or the request. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof LatchkeyError)) return false
  return error.status === 0 || error.status >= 500
}

/** The text in a field names no user. */
export class NoSuchUser extends Error {
  override message = 'No user with that email.'
}

export function whatWentWrong(error: unknown): string {
  if (error instanceof NoSuchUser) return error.message
  if (!(error instanceof LatchkeyError)) return 'Something went wrong. Try again.'
  if (error.code === 'revocation_unconfirmed')
    return 'Saved, but not confirmed everywhere yet. Try again in a moment.'
  if (isOutage(error)) return 'That didn’t go through. You’re still signed in; try again in a moment.'
  switch (error.code) {
    case 'wrong_password':
      return 'Current password is incorrect.'
    case 'account_locked':
    case 'rate_limited':
      return `Too many attempts. Try again in ${minutesIn(error.retryAfterSeconds ?? 60)}.`
    case 'not_found':
      return 'It no longer exists.'
    case 'permission_denied':
      return `You need the permission ${error.problem?.requires ?? ''} for that.`
    case 'validation_failed':
      return invalidValue(error) ?? error.message
    default:
      return error.message
  }
}

/** What is wrong with the value of a field; null: the error is about something else. */
export function invalidValue(error: unknown): string | null {
  if (error instanceof NoSuchUser) return error.message
  if (!(error instanceof LatchkeyError) || error.code !== 'validation_failed') return null
  const [first] = error.problem?.errors ?? []
  return first === undefined ? null : `This value ${first.message}.`
}

function minutesIn(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}
