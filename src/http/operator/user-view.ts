import { Type } from 'typebox'
import type { Instant } from '../../clock.ts'
import type { ListedUser } from '../../store/operator/directory.ts'
import { Id, Timestamp, timestamp } from '../conventions/validation/schemas.ts'

/** A user as operators see them. */
export const UserView = Type.Object(
  {
    id: Id,
    email: Type.String(),
    roles: Type.Array(Type.String()),
    disabled: Type.Boolean(),
    disabledAt: Type.Union([Timestamp, Type.Null()]),
    lockedUntil: Type.Union([Timestamp, Type.Null()], {
      description: 'Until when failed attempts lock the sign-in from unknown devices.',
    }),
    lastSignInAt: Type.Union([Timestamp, Type.Null()], {
      description: 'Of the sessions that are still on record.',
    }),
    createdAt: Timestamp,
  },
  { title: 'UserAccount' },
)

export function userView({ id, email, roles, disabled, ...user }: ListedUser) {
  return {
    id,
    email,
    roles,
    disabled,
    disabledAt: timestampOrNull(user.disabledAt),
    lockedUntil: timestampOrNull(user.lockedUntil),
    lastSignInAt: timestampOrNull(user.lastSignInAt),
    createdAt: timestamp(user.createdAt),
  }
}

export function timestampOrNull(at: Instant | null): string | null {
  return at === null ? null : timestamp(at)
}
