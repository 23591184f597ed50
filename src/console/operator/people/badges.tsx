import type { AnswerTo } from '@latchkey/client'
import { useText } from '../../text/text.tsx'

type User = AnswerTo<'GET /v1/admin/users/{id}'>

/** Whether the user can sign in. */
export function StatusBadge({ user: { disabled, lockedUntil } }: { user: User }) {
  const { text } = useText()
  if (disabled) return <span className="lk-badge lk-bad">{text('people.disabled')}</span>
  if (lockedUntil !== null) return <span className="lk-badge lk-warn">{text('people.locked')}</span>
  return <span className="lk-badge">{text('people.active')}</span>
}

export function RoleBadges({ roles }: Pick<User, 'roles'>) {
  const { text } = useText()
  if (roles.length === 0) return <span className="lk-muted nowrap">{text('people.no-roles')}</span>
  return roles.map(role => (
    <span key={role} className="lk-badge">
      {role}
    </span>
  ))
}
