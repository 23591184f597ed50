import type { ReactNode } from 'react'
import { Warning } from '../controls/icons.tsx'
import { useText } from '../text/text.tsx'
import { failureText } from './failure-text.ts'
import { isOutage, useOutage } from './outage.ts'

/** An action that failed. */
export function Failure({ error }: { error: unknown }) {
  const words = useText()
  if (error === null || error === undefined) return null
  return <Alert>{failureText(error, words)}</Alert>
}

/** A read that failed. Where the page reports an outage, there is nothing to add. */
export function LoadFailure({ error }: { error: unknown }) {
  const { text } = useText()
  const { isKnown } = useOutage()
  if (!isOutage(error)) return <Failure error={error} />
  return isKnown ? null : <Alert>{text('failure.load')}</Alert>
}

export function Alert({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="lk-note lk-bad">
      <Warning size={18} />
      <div>{children}</div>
    </div>
  )
}
