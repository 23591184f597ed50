import type { User } from '@latchkey/client'
import { useEffect, useRef, useState } from 'react'
import { AccountForm } from '../controls/account-form.tsx'
import { useAction } from '../controls/action.ts'
import { Button } from '../controls/button.tsx'
import { Field } from '../controls/field.tsx'
import type { HeadingLevel } from '../controls/heading.tsx'
import { PasswordField } from '../controls/password-field.tsx'
import { useLatchkey } from '../provider/context.ts'
import { isOutage, useOutage } from '../status/outage.ts'
import { useText } from '../text/text.tsx'
import { useNow } from '../time/now.ts'
import { isLocked, type Refusal, Refused, refusalOf } from './refusal.tsx'
import { SignedOut } from './signed-out.tsx'

export type SignInProps = {
  /** Of the heading “Sign in”; 2 by default. Null: the page has its own heading. */
  headingLevel?: HeadingLevel | null
  onSignedIn?: (user: User) => void
  /** Where users without an account create one; without it there is no link. */
  signUpHref?: string
  /** Where users get help when they are locked out; without it there is no link. */
  supportHref?: string
}

/** Signs a user in with email and password. */
export function SignIn({ headingLevel = 2, onSignedIn, signUpHref, supportHref }: SignInProps) {
  const { text, rich } = useText()
  const form = useSignInForm(onSignedIn)
  return (
    <AccountForm
      className="lk-sign-in"
      title={text('sign-in.title')}
      headingLevel={headingLevel}
      element={form.element}
      onSubmit={form.submit}
      notice={<SignedOut />}
      aside={
        signUpHref !== undefined && (
          <p className="lk-aside">
            {rich('sign-in.no-account', { link: <a href={signUpHref}>{text('sign-in.sign-up')}</a> })}
          </p>
        )
      }
    >
      {form.refusal !== null && <Refused {...form.refusal} supportHref={supportHref} />}
      <Field
        label={text('field.email')}
        type="email"
        name="email"
        autoComplete="username"
        required
        value={form.email}
        error={form.isMissed && form.email === '' ? text('field.email-missing') : null}
        onValue={form.setEmail}
      />
      <PasswordField
        label={text('field.password')}
        name="password"
        autoComplete="current-password"
        value={form.password}
        error={form.isMissed && form.password === '' ? text('field.password-missing') : null}
        onValue={form.setPassword}
      />
      <Button type="submit" look="primary" isWide disabled={form.isPending || form.isWaiting}>
        {text(form.isPending ? 'sign-in.pending' : 'sign-in.submit')}
      </Button>
    </AccountForm>
  )
}

function useSignInForm(onSignedIn: ((user: User) => void) | undefined) {
  const client = useLatchkey()
  const element = useRef<HTMLFormElement>(null)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [isMissed, setMissed] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const nowMs = useNow(1_000)
  const waitUntil = refusal?.waitUntil ?? 0
  const isWaiting = nowMs < waitUntil
  const attempt = useAction({
    task: () => client.signIn({ email, password }),
    onStart: () => setRefusal(null),
    onSuccess: user => {
      onSignedIn?.(user)
    },
    onError: error => {
      setRefusal(refusalOf(error))
      if (!isOutage(error)) setPassword('')
    },
  })
  useRecovery(() => setRefusal(before => (isOutage(before?.error) ? null : before)))
  return {
    element,
    email,
    password,
    isMissed,
    isPending: attempt.isPending,
    isWaiting,
    /** None once the wait is over. */
    refusal: waitUntil > 0 && !isWaiting ? null : refusal,
    setPassword,
    setEmail(value: string) {
      setEmail(value)
      // The other account is locked.
      if (isLocked(refusal?.error)) setRefusal(null)
    },
    submit() {
      if (isWaiting) return
      const missing = email === '' ? 'email' : password === '' ? 'password' : null
      setMissed(missing !== null)
      if (missing === null) attempt.run()
      else element.current?.querySelector<HTMLInputElement>(`[name=${missing}]`)?.focus()
    },
  }
}

/** When an outage that the page knew of is over. */
function useRecovery(onRecovery: () => void): void {
  const { isKnown } = useOutage()
  const wasKnown = useRef(false)
  useEffect(() => {
    if (wasKnown.current && !isKnown) onRecovery()
    wasKnown.current = isKnown
  })
}
