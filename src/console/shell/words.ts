import { type AnswerTo, LatchkeyError } from '@latchkey/client'

/** What the service says, in words for people. */

export type OwnEvent = AnswerTo<'GET /v1/events'>['events'][number]

/** After "You were signed out: ". Null: the person did it here, and knows. */
export function whySignedOut(reason: string): string | null {
  switch (reason) {
    case 'logout':
      return null
    case 'user':
      return 'this device was signed out from another of your devices.'
    case 'others':
      return 'somebody signed in to your account chose “Sign out everywhere else” on another device.'
    case 'admin':
    case 'bulk':
      return 'an operator ended this session.'
    case 'password_changed':
      return 'your password was changed on another device.'
    case 'session_limit':
      return 'you signed in on more devices than are allowed, and this one had been idle the longest.'
    case 'refresh_reused':
      return 'this device’s key was used a second time, perhaps by somebody who copied it. If you share this device, change your password.'
    case 'user_disabled':
      return 'your account was switched off.'
    case 'user_deleted':
      return 'your account was deleted.'
    case 'token_revoked':
      return 'an application ended this session.'
    case 'session_expired':
    case 'refresh_token_expired':
      return 'the session came to its end, after a long time or a long pause.'
    default:
      return 'the session has ended.'
  }
}

/** Whether the service could not be had, which says nothing about the person or the request. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof LatchkeyError)) return false
  return error.status === 0 || error.status >= 500
}

/** What somebody has written names nothing; the message says so. */
export class NothingNamed extends Error {}

export function whatWentWrong(error: unknown): string {
  if (error instanceof NothingNamed) return error.message
  if (!(error instanceof LatchkeyError)) return 'Something went wrong. Try again.'
  if (error.code === 'revocation_unconfirmed')
    return 'It is written down, but not every part of the service has confirmed it yet. Repeat it in a moment.'
  if (isOutage(error))
    return 'The service cannot be reached just now. You are still signed in; try again in a moment.'
  switch (error.code) {
    case 'wrong_password':
      return 'The current password is not right.'
    case 'weak_password':
      return error.message
    case 'account_locked':
    case 'rate_limited':
      return `Too many attempts. Try again in ${minutesIn(error.retryAfterSeconds ?? 60)}.`
    case 'not_found':
      return 'It is not there any more.'
    case 'permission_denied':
      return `You need the permission ${error.problem?.requires ?? ''} for that.`
    case 'validation_failed': {
      const [first] = error.problem?.errors ?? []
      return first === undefined ? error.message : `That value ${first.message}.`
    }
    default:
      return error.message
  }
}

function minutesIn(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}

/** `remedy`: where to do what the advice says. */
export type Told = { title: string; advice: string | null; remedy: 'password' | 'devices' | null }

const notYou = 'If this was not you, change your password now; it signs everybody else out.'

const tellers: Record<OwnEvent['type'], (event: OwnEvent) => Told> = {
  sign_in_succeeded: () => told('Signed in', notYou, 'password'),
  sign_in_failed: () =>
    told(
      'A sign-in failed',
      'Somebody gave a wrong password. If that was you, there is nothing to do; if not, use a password that you have nowhere else.',
      'password',
    ),
  account_locked: () =>
    told(
      'Sign-in was locked for a while',
      'There were too many wrong passwords. It unlocks by itself; your devices stay signed in.',
    ),
  account_unlocked: () => told('Sign-in was unlocked', 'You can sign in again. There is nothing to do.'),
  new_device: () => told('Signed in on a new device', notYou, 'password'),
  session_context_changed: () =>
    told(
      'A device looks different',
      'It came from another network and another browser at once. If you cannot explain that, sign it out.',
      'devices',
    ),
  session_revoked: event =>
    told(
      endingOf(event.reason),
      'That device has to sign in again. If you do not know why it was signed out, look at the others.',
      'devices',
    ),
  session_limit_reached: () =>
    told(
      'Too many devices',
      'The device that had been idle the longest was signed out to make room.',
      'devices',
    ),
  refresh_reused: () =>
    told(
      'A copied key was used',
      'A device’s spent key came back, so that device was signed out. Change your password if you share it, or cannot explain this.',
      'password',
    ),
  password_changed: () =>
    told(
      'Password changed',
      'Every other device was signed out. If this was not you, tell whoever runs this service at once.',
    ),
  roles_changed: () =>
    told(
      'Your roles were changed',
      'What you may do is different from before. Ask your operator if you did not expect it.',
    ),
  user_created: () => told('Account created', 'There is nothing to do.'),
  user_disabled: () => told('Account switched off', 'Your operator knows why.'),
  user_enabled: () => told('Account switched on', 'You can sign in again. There is nothing to do.'),
}

export function tell(event: OwnEvent): Told {
  return tellers[event.type](event)
}

function told(title: string, advice: string | null, remedy: Told['remedy'] = null): Told {
  return { title, advice, remedy }
}

function endingOf(reason: string | null): string {
  switch (reason) {
    case 'logout':
      return 'Signed out'
    case 'admin':
    case 'bulk':
      return 'A device was signed out by an operator'
    case 'password_changed':
      return 'A device was signed out, as the password was changed'
    case 'session_limit':
      return 'A device was signed out to make room for another'
    case 'refresh_reused':
      return 'A device was signed out, as its key had been copied'
    default:
      return 'A device was signed out'
  }
}
