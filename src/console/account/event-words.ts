import type { AnswerTo } from '@latchkey/client'

export type OwnEvent = AnswerTo<'GET /v1/events'>['events'][number]

/** The mark beside an event: what it was, and not how severe. */
export type Mark = 'signed_in' | 'signed_out' | 'changed' | 'notice' | 'alarm'

/** `advice`: only for what the user may have to act on. `remedy`: the page on which to do it. */
export type Description = {
  title: string
  mark: Mark
  advice?: string
  remedy?: 'password' | 'devices'
}

const descriptions: Record<OwnEvent['type'], (event: OwnEvent) => Description> = {
  sign_in_succeeded: () => ({ title: 'Signed in', mark: 'signed_in' }),
  new_device: () => ({
    title: 'New device signed in',
    mark: 'notice',
    advice: 'If this wasn’t you, change your password. That signs out all other devices.',
    remedy: 'password',
  }),
  sign_in_failed: () => ({
    title: 'Failed sign-in',
    mark: 'notice',
    advice: 'Someone entered a wrong password. If it wasn’t you, make sure your password is unique.',
    remedy: 'password',
  }),
  account_locked: () => ({ title: 'Sign-in locked after failed attempts', mark: 'notice' }),
  account_unlocked: () => ({ title: 'Sign-in unlocked', mark: 'changed' }),
  session_context_changed: () => ({
    title: 'Unusual activity on a device',
    mark: 'notice',
    advice: 'It moved to a different network and browser. If you can’t explain that, sign it out.',
    remedy: 'devices',
  }),
  session_revoked: ({ reason }) => ({ title: endingOf(reason), mark: 'signed_out' }),
  session_limit_reached: () => ({ title: 'Device limit reached', mark: 'notice' }),
  refresh_reused: () => ({
    title: 'A device’s login may have been copied',
    mark: 'alarm',
    advice: 'Someone used an old copy of it. If you don’t recognize this, change your password.',
    remedy: 'password',
  }),
  password_changed: () => ({ title: 'Password changed', mark: 'changed' }),
  password_change_failed: () => ({
    title: 'Password change failed',
    mark: 'notice',
    advice:
      'Someone who is signed in entered a wrong current password. If it wasn’t you, check your devices.',
    remedy: 'devices',
  }),
  roles_changed: () => ({ title: 'Your roles changed', mark: 'changed' }),
  user_created: () => ({ title: 'Account created', mark: 'changed' }),
  user_disabled: () => ({ title: 'Account disabled', mark: 'notice' }),
  user_enabled: () => ({ title: 'Account enabled', mark: 'changed' }),
}

/** A newer service may report types that this page does not know. */
export function describe(event: OwnEvent): Description {
  if (Object.hasOwn(descriptions, event.type)) return descriptions[event.type](event)
  return { title: event.type.replaceAll('_', ' '), mark: 'changed' }
}

function endingOf(reason: string | null): string {
  switch (reason) {
    case 'logout':
      return 'Signed out'
    case 'admin':
    case 'bulk':
      return 'Device signed out by an operator'
    case 'password_changed':
      return 'Device signed out: password changed'
    case 'session_limit':
      return 'Device signed out: too many devices'
    case 'refresh_reused':
      return 'Device signed out: login may have been copied'
    case 'session_expired':
      return 'Device signed out: session expired'
    default:
      return 'Device signed out'
  }
}
