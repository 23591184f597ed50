import { Info } from '../controls/icons.tsx'
import { useSession } from '../session/session.ts'
import { useText } from '../text/text.tsx'
import { whySignedOut } from './why-signed-out.ts'

/** Why the user was signed out, if they did not do it themselves. */
export function SignedOut() {
  const { text } = useText()
  const { reason } = useSession()
  const why = reason === null ? null : whySignedOut(reason)
  if (why === null) return null
  return (
    <p role="alert" className="lk-notice">
      <Info />
      <span>{text('signed-out.because', { reason: text(why) })}</span>
    </p>
  )
}
