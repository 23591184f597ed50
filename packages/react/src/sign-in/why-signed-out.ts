import type { en } from '../messages/en.ts'
import type { PlainKey } from '../text/format.ts'

/** The text for a reason; null: the user did it on this device. */
export function whySignedOut(reason: string): PlainKey<typeof en.messages> | null {
  switch (reason) {
    case 'logout':
      return null
    case 'user':
      return 'signed-out.user'
    case 'others':
      return 'signed-out.others'
    case 'admin':
    case 'bulk':
      return 'signed-out.operator'
    case 'password_changed':
      return 'signed-out.password-changed'
    case 'session_limit':
      return 'signed-out.session-limit'
    case 'refresh_reused':
      return 'signed-out.copied'
    case 'user_disabled':
      return 'signed-out.disabled'
    case 'user_deleted':
      return 'signed-out.deleted'
    case 'token_revoked':
      return 'signed-out.application'
    case 'session_expired':
    case 'refresh_token_expired':
      return 'signed-out.expired'
    default:
      return 'signed-out.ended'
  }
}
