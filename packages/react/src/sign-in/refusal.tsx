import type { ReactNode } from 'react'
import { Alert } from '../status/failure.tsx'
import { failureText } from '../status/failure-text.ts'
import { isLatchkeyError, isOutage, useClaim } from '../status/outage.ts'
import { useText } from '../text/text.tsx'
import { now } from '../time/clock.ts'
import { Countdown } from '../time/time.tsx'

/** A refused attempt. `waitUntil`: when the next one may be made; 0 for right away. */
export type Refusal = { error: unknown; waitUntil: number }

export function refusalOf(error: unknown): Refusal {
  const isLimited = isLatchkeyError(error) && error.status === 429
  return { error, waitUntil: isLimited ? now() + (error.retryAfterSeconds ?? 0) * 1000 : 0 }
}

export function isLocked(error: unknown): boolean {
  return isLatchkeyError(error) && error.code === 'account_locked'
}

/** Why the attempt was refused. */
export function Refused({ error, waitUntil, supportHref }: Refusal & { supportHref: string | undefined }) {
  const { text, rich } = useText()
  const reason = useReason({ error, waitUntil })
  useClaim(isOutage(error))
  const link = supportHref !== undefined && <a href={supportHref}>{text('sign-in.support')}</a>
  return (
    <Alert>
      {reason}
      {link !== false && isFinal(error) && <> {rich('sign-in.help', { link })}</>}
    </Alert>
  )
}

/** The user cannot go on without help, or not soon. */
function isFinal(error: unknown): boolean {
  if (!isLatchkeyError(error)) return false
  return ['account_locked', 'user_disabled', 'client_type_not_allowed'].includes(error.code)
}

function useReason({ error, waitUntil }: Refusal): ReactNode {
  const words = useText()
  const { text, rich } = words
  if (!isLatchkeyError(error)) return failureText(error, words)
  const time = <Countdown until={waitUntil} />
  if (error.code === 'account_locked') return rich('sign-in.locked', { time })
  if (error.status === 429) return rich('sign-in.too-many', { time })
  if (isOutage(error)) return text('sign-in.unavailable')
  switch (error.code) {
    case 'invalid_credentials':
      return text('sign-in.refused')
    case 'user_disabled':
      return text('sign-in.disabled')
    case 'client_type_not_allowed':
      return text('sign-in.not-here')
    default:
      return failureText(error, words)
  }
}
