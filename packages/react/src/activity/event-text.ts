import type { AnswerTo } from '@latchkey/client'
import type { en } from '../messages/en.ts'
import type { PlainKey } from '../text/format.ts'

export type AccountEvent = AnswerTo<'GET /v1/events'>['events'][number]

type Key = PlainKey<typeof en.messages>

/** The mark beside an event: what it was, and not how severe. */
export type Mark = 'signed-in' | 'signed-out' | 'changed' | 'notice' | 'alarm'

/** `advice`: only for what the user may have to act on. `isAsked`: the user is asked whether it was them. */
export type Description = {
  title: Key
  mark: Mark
  advice?: Key
  remedy?: 'password' | 'devices'
  isAsked?: boolean
}

const descriptions: Record<AccountEvent['type'], (event: AccountEvent) => Description> = {
  sign_in_succeeded: () => ({ title: 'event.signed-in', mark: 'signed-in' }),
  new_device: () => ({
    title: 'event.new-device',
    mark: 'notice',
    advice: 'event.new-device.advice',
    remedy: 'password',
    isAsked: true,
  }),
  sign_in_failed: () => ({
    title: 'event.sign-in-failed',
    mark: 'notice',
    advice: 'event.sign-in-failed.advice',
    remedy: 'password',
    isAsked: true,
  }),
  account_locked: () => ({ title: 'event.locked', mark: 'notice' }),
  account_unlocked: () => ({ title: 'event.unlocked', mark: 'changed' }),
  session_context_changed: () => ({
    title: 'event.moved',
    mark: 'notice',
    advice: 'event.moved.advice',
    remedy: 'devices',
    isAsked: true,
  }),
  session_revoked: ({ reason }) => ({ title: endingOf(reason), mark: 'signed-out' }),
  session_limit_reached: () => ({ title: 'event.limit', mark: 'notice' }),
  refresh_reused: () => ({
    title: 'event.copied',
    mark: 'alarm',
    advice: 'event.copied.advice',
    remedy: 'password',
  }),
  password_changed: () => ({ title: 'event.password-changed', mark: 'changed' }),
  password_change_failed: () => ({
    title: 'event.password-change-failed',
    mark: 'notice',
    advice: 'event.password-change-failed.advice',
    remedy: 'devices',
    isAsked: true,
  }),
  roles_changed: () => ({ title: 'event.roles-changed', mark: 'changed' }),
  user_created: () => ({ title: 'event.created', mark: 'changed' }),
  user_disabled: () => ({ title: 'event.disabled', mark: 'notice' }),
  user_enabled: () => ({ title: 'event.enabled', mark: 'changed' }),
}

/** Null: a newer service reports a type that this version does not know. */
export function describeEvent(event: AccountEvent): Description | null {
  return Object.hasOwn(descriptions, event.type) ? descriptions[event.type](event) : null
}

function endingOf(reason: string | null): Key {
  switch (reason) {
    case 'logout':
      return 'event.ended.logout'
    case 'admin':
    case 'bulk':
      return 'event.ended.operator'
    case 'password_changed':
      return 'event.ended.password'
    case 'session_limit':
      return 'event.ended.limit'
    case 'refresh_reused':
      return 'event.ended.copied'
    case 'session_expired':
      return 'event.ended.expired'
    default:
      return 'event.ended'
  }
}

/** A sign-in on a new device is listed once, as the new device. */
export function withoutPairs(events: readonly AccountEvent[]): AccountEvent[] {
  const onNewDevices = new Set(
    events.flatMap(({ type, sessionId }) => (type === 'new_device' ? [sessionId] : [])),
  )
  return events.filter(({ type, sessionId }) => type !== 'sign_in_succeeded' || !onNewDevices.has(sessionId))
}
