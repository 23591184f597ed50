import { Problem } from '../../errors.ts'

/** Says what the person can do, and nothing of whether there is such an account. */
export function accountLocked({ retryAfterSeconds }: { retryAfterSeconds: number }): Problem {
  return new Problem('account_locked', {
    detail: 'Too many sign-ins with this e-mail address have failed.',
    reason: 'too_many_failed_sign_ins',
    unlock:
      'Wait until the time in Retry-After is over, or sign in on a device on which you have signed in before. If neither is possible, ask those who run this service to unlock the account.',
    retryAfterSeconds,
  })
}
