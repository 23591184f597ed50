import { Problem } from '../../errors.ts'

/** Tells the user what to do, and does not reveal whether the account exists. */
export function accountLocked({ retryAfterSeconds }: { retryAfterSeconds: number }): Problem {
  return new Problem('account_locked', {
    detail:
      'Too many failed attempts with this email address. Wait before you try again, or sign in on a device you have signed in on before.',
    reason: 'too_many_failed_sign_ins',
    unlock:
      'Try again later, or use a device you have signed in on before. If neither helps, ask an administrator to unlock the account.',
    retryAfterSeconds,
  })
}
