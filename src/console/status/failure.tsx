import type { ReactNode } from 'react'
import { Warning } from '../controls/icons.tsx'
import { isOutage, whatWentWrong } from './failure-words.ts'
import { useIsOutageKnown } from './health.tsx'

/** An action that failed. */
export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return <Alert>{whatWentWrong(error)}</Alert>
}

/** A read that failed. During an outage the notice at the top of the page says all there is to say. */
export function LoadFailure({ error }: { error: unknown }) {
  const isOutageKnown = useIsOutageKnown()
  if (!isOutage(error)) return <Failure error={error} />
  return isOutageKnown ? null : <Alert>This couldn’t be loaded. Try again in a moment.</Alert>
}

function Alert({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="note bad">
      <Warning size={18} />
      <span>{children}</span>
    </p>
  )
}
