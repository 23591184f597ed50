import { LatchkeyError } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useEffect, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Field, PasswordField } from '../controls/field.tsx'
import { Info, Key, Warning } from '../controls/icons.tsx'
import { isOutage, whatWentWrong } from '../status/failure-words.ts'
import { HealthNotice, useIsOutageKnown } from '../status/health.tsx'
import { now } from '../time/clock.ts'
import { Countdown, useNow } from '../time/time.tsx'
import { whySignedOut } from './why-signed-out.ts'

/** A refused attempt. `waitUntil`: when the next one may be made; 0 for right away. */
type Refusal = { error: unknown; waitUntil: number }

export function SignIn({ reason }: { reason: string | null }) {
  const client = useLatchkey()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const nowMs = useNow(1_000)
  const waitUntil = refusal?.waitUntil ?? 0
  const isWaiting = nowMs < waitUntil
  const isWaitOver = waitUntil > 0 && !isWaiting
  const attempt = useAction({
    mutationFn: () => client.signIn({ email, password }),
    onMutate: () => setRefusal(null),
    onError: error => {
      setRefusal({ error, waitUntil: waitUntilOf(error) })
      if (!isOutage(error)) setPassword('')
    },
  })
  const isUnavailable = isOutage(refusal?.error)
  useRecovery(() => setRefusal(before => (isOutage(before?.error) ? null : before)))
  return (
    <main className="entrance">
      <div className="brand">
        <span className="mark">
          <Key size={26} />
        </span>
        <h1>Sign in to Latchkey</h1>
        <p>Manage your devices and account security.</p>
      </div>
      <HealthNotice audience="visitor" isHidden={isUnavailable} />
      <SignedOut reason={reason} />
      <form
        className="panel"
        onSubmit={event => {
          event.preventDefault()
          if (!isWaiting) attempt.run()
        }}
      >
        {refusal !== null && !isWaitOver && <Refused {...refusal} />}
        <Field
          label="Email"
          type="email"
          autoComplete="username"
          required
          value={email}
          onValue={value => {
            setEmail(value)
            // The other account is locked.
            if (isLocked(refusal?.error)) setRefusal(null)
          }}
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          value={password}
          onValue={setPassword}
        />
        <button type="submit" className="primary wide" disabled={attempt.isPending || isWaiting}>
          {attempt.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}

function waitUntilOf(error: unknown): number {
  if (!(error instanceof LatchkeyError) || error.status !== 429) return 0
  return now() + (error.retryAfterSeconds ?? 0) * 1000
}

/** When an outage that the page knew of is over. */
function useRecovery(onRecovery: () => void): void {
  const isOutageKnown = useIsOutageKnown()
  const wasKnown = useRef(false)
  useEffect(() => {
    if (wasKnown.current && !isOutageKnown) onRecovery()
    wasKnown.current = isOutageKnown
  })
}

function SignedOut({ reason }: { reason: string | null }) {
  const why = reason === null ? null : whySignedOut(reason)
  if (why === null) return null
  return (
    <p role="alert" className="notice">
      <Info />
      <span>
        <strong>You were signed out:</strong> {why}
      </span>
    </p>
  )
}

function Refused({ error, waitUntil }: Refusal) {
  return (
    <div role="alert" className="note bad">
      <Warning size={18} />
      <div>{refusalInWords(error, waitUntil)}</div>
    </div>
  )
}

function isLocked(error: unknown): boolean {
  return error instanceof LatchkeyError && error.code === 'account_locked'
}

function refusalInWords(error: unknown, waitUntil: number) {
  if (!(error instanceof LatchkeyError)) return whatWentWrong(error)
  if (error.code === 'account_locked') {
    return (
      <>
        Too many failed attempts. Try again in <Countdown until={waitUntil} />, or use a device you’ve signed
        in on before.
      </>
    )
  }
  if (error.status === 429) {
    return (
      <>
        Too many attempts. Try again in <Countdown until={waitUntil} />.
      </>
    )
  }
  if (isOutage(error)) return 'Sign-in is temporarily unavailable. Try again in a moment.'
  if (error.code === 'invalid_credentials') return 'Incorrect email or password.'
  return whatWentWrong(error)
}
