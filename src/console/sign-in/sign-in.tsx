import { LatchkeyError } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Field, PasswordField } from '../controls/field.tsx'
import { Info, Key, Warning } from '../controls/icons.tsx'
import { HealthNotice } from '../shell/health.tsx'
import { isOutage, whatWentWrong, whySignedOut } from '../shell/words.ts'
import { now } from '../time/clock.ts'
import { Countdown, useNow } from '../time/time.tsx'

/** What was told, and when it was; for how long one has to wait is told once. */
type Refusal = { error: unknown; waitUntil: number }

export function SignIn({ reason }: { reason: string | null }) {
  const client = useLatchkey()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const isWaiting = useNow(1_000) < (refusal?.waitUntil ?? 0)
  const attempt = useAction({
    mutationFn: () => client.signIn({ email, password }),
    onMutate: () => setRefusal(null),
    onError: error => {
      const seconds = error instanceof LatchkeyError && error.status === 429 ? error.retryAfterSeconds : 0
      setRefusal({ error, waitUntil: now() + (seconds ?? 0) * 1000 })
      if (!isOutage(error)) setPassword('')
    },
  })
  return (
    <main className="entrance">
      <div className="brand">
        <span className="mark">
          <Key size={26} />
        </span>
        <h1>Sign in to Latchkey</h1>
        <p>See where you are signed in, and keep your account yours.</p>
      </div>
      <HealthNotice />
      <SignedOut reason={reason} />
      <form
        className="panel"
        onSubmit={event => {
          event.preventDefault()
          if (!isWaiting) attempt.run()
        }}
      >
        {refusal !== null && <Refused {...refusal} />}
        <Field
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          value={email}
          onValue={value => {
            setEmail(value)
            // It was the other account that is locked.
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
        <strong>Sign-in is locked</strong> after too many attempts, for another{' '}
        <Countdown until={waitUntil} />. {error.problem?.unlock}
      </>
    )
  }
  if (error.status === 429) {
    return (
      <>
        <strong>Too many attempts.</strong> Try again in <Countdown until={waitUntil} />.
      </>
    )
  }
  if (isOutage(error)) {
    return (
      <>
        <strong>The service is not available just now.</strong> Your password was not refused. Try again in a
        moment.
      </>
    )
  }
  if (error.code === 'invalid_credentials') {
    return (
      <>
        <strong>That did not work.</strong> The e-mail address or the password is not right.
      </>
    )
  }
  return whatWentWrong(error)
}
