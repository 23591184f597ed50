import type { EventType } from '../../src/session/events.ts'

/** When each security event is recorded. */
export const eventDescriptions: Record<EventType, string> = {
  sign_in_succeeded: 'A user signed in, or a service opened a session for the user.',
  sign_in_failed: 'A sign-in failed: an unknown email address (`userId` is null), or a wrong password.',
  session_created: 'A session started. Recorded together with `sign_in_succeeded`.',
  session_revoked:
    'A session was revoked. `reason` is one of the [revocation reasons](#revocation-reasons); `note` is the reason that an operator gave; `presented` is set if a spent refresh token was used to sign out.',
  session_limit_reached:
    'A sign-in exceeded `MAX_SESSIONS_PER_USER` or the `maxSessions` of the client type; `evicted` lists the sessions that it ended.',
  refresh_reused:
    'A spent refresh token was used after the grace period: most likely a copy. `session` is `ended`, or `goes_on` if the token is from before a password change and gives no access. `signedInFrom` is the place of the sign-in; the event itself has the place of the request.',
  database_rewound:
    'A client presented a refresh token that is newer than the database, which has lost commits. The session continues.',
  account_locked:
    'Failed sign-ins locked the account until `lockedUntil`. `devices` is `unknown` if only known devices may still sign in, or `one` if a single known device is locked out.',
  session_context_changed:
    'A refresh came from a network and a browser that both differ from those of the sign-in. Recorded once per session.',
  new_device: 'A user signed in on a device that is not among the devices of the user’s earlier sessions.',
  password_changed: 'A user changed the password.',
  password_change_failed: 'A password change failed because the current password was wrong.',
  account_unlocked: 'An operator unlocked the sign-in of a user.',
  user_created: 'A user was created, imported or registered.',
  user_disabled: 'An operator disabled a user.',
  user_enabled: 'An operator enabled a disabled user.',
  user_deleted: 'A user was deleted. The personal data in the user’s events is erased.',
  roles_changed: 'The roles of a user were replaced.',
  key_rotated: 'A new signing key was added.',
  key_revoked: 'A signing key was revoked.',
  service_key_created: 'A service key was created.',
  service_key_revoked: 'A service key was revoked.',
  bulk_revocation:
    'An operator revoked many sessions at once. The sessions have no `session_revoked` event of their own.',
  cleanup_ran: 'Cleanup deleted expired sessions or old events.',
}
