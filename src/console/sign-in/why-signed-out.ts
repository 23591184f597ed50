/** Follows "You were signed out: ". Null: the user did it on this device. */
export function whySignedOut(reason: string): string | null {
  switch (reason) {
    case 'logout':
      return null
    case 'user':
      return 'this device was signed out from another of your devices.'
    case 'others':
      return '“Sign out all other devices” was used on another device.'
    case 'admin':
    case 'bulk':
      return 'an operator ended this session.'
    case 'password_changed':
      return 'your password was changed on another device.'
    case 'session_limit':
      return 'you signed in on more devices than allowed, and this one had been idle the longest.'
    case 'refresh_reused':
      return 'its login may have been copied. If you don’t recognize this, change your password.'
    case 'user_disabled':
      return 'your account was disabled.'
    case 'user_deleted':
      return 'your account was deleted.'
    case 'token_revoked':
      return 'an application ended this session.'
    case 'session_expired':
    case 'refresh_token_expired':
      return 'the session expired.'
    default:
      return 'the session has ended.'
  }
}
