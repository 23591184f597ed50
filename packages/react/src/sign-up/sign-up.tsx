import type { User } from '@latchkey/client'
import { useRef, useState } from 'react'
import { AccountForm } from '../controls/account-form.tsx'
import { useAction } from '../controls/action.ts'
import { Button } from '../controls/button.tsx'
import { Field } from '../controls/field.tsx'
import type { HeadingLevel } from '../controls/heading.tsx'
import { NewPasswordField, type PasswordRule } from '../password/new-password-field.tsx'
import { useLatchkey } from '../provider/context.ts'
import { Alert } from '../status/failure.tsx'
import { failureText } from '../status/failure-text.ts'
import { isLatchkeyError, isOutage, useClaim } from '../status/outage.ts'
import { useText } from '../text/text.tsx'
import { checkFields, type FieldErrors, type Fields, refusedField } from './check.ts'

export type SignUpProps = PasswordRule & {
  /** Of the heading “Create your account”; 2 by default. Null: the page has its own heading. */
  headingLevel?: HeadingLevel | null
  /** The account exists, and its user is signed in. */
  onSignedUp?: (user: User) => void
  /** Where users with an account sign in; without it there is no link. */
  signInHref?: string
}

/** Creates an account where registration is open, and signs its user in. */
export function SignUp({ headingLevel = 2, signInHref, ...props }: SignUpProps) {
  const { text, rich } = useText()
  const form = useSignUpForm(props)
  const { strength, minLength } = props
  return (
    <AccountForm
      className="lk-sign-up"
      title={text('sign-up.title')}
      headingLevel={headingLevel}
      element={form.element}
      onSubmit={form.submit}
      aside={
        signInHref !== undefined && (
          <p className="lk-aside">
            {rich('sign-up.have-account', { link: <a href={signInHref}>{text('sign-up.sign-in')}</a> })}
          </p>
        )
      }
    >
      {form.isFailureShown && <SignUpFailure error={form.error} />}
      <Field label={text('field.email')} type="email" autoComplete="username" {...form.field('email')} />
      <NewPasswordField
        label={text('field.password')}
        email={form.fields.email}
        {...(minLength !== undefined && { minLength })}
        {...(strength !== undefined && { strength })}
        {...form.field('password')}
      />
      <Button type="submit" look="primary" isWide disabled={form.isPending}>
        {text(form.isPending ? 'sign-up.pending' : 'sign-up.submit')}
      </Button>
    </AccountForm>
  )
}

function SignUpFailure({ error }: { error: Error }) {
  const words = useText()
  useClaim(isOutage(error))
  if (isOutage(error)) return <Alert>{words.text('sign-up.unavailable')}</Alert>
  const isClosed = isLatchkeyError(error) && error.code === 'registration_closed'
  return <Alert>{isClosed ? words.text('sign-up.closed') : failureText(error, words)}</Alert>
}

type Form = Pick<SignUpProps, 'minLength' | 'onSignedUp'>

function useSignUpForm({ minLength = 12, onSignedUp }: Form) {
  const words = useText()
  const client = useLatchkey()
  const element = useRef<HTMLFormElement>(null)
  const [fields, setFields] = useState<Fields>({ email: '', password: '' })
  const [sent, setSent] = useState(fields)
  const [isSubmitted, setSubmitted] = useState(false)
  const focus = (name: keyof Fields) =>
    element.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus()
  const account = useAction({
    async task({ email, password }: Fields) {
      await client.register({ email: email.trim(), password })
      return await client.signIn({ email: email.trim(), password })
    },
    onStart: setSent,
    onSuccess: user => onSignedUp?.(user),
    onError: error => {
      const refused = refusedField(error, words)
      if (refused !== null) focus(refused.name)
    },
  })
  const found = checkFields(fields, minLength, words)
  const refused = refusedField(account.error, words)
  const isUnchanged = refused !== null && sent[refused.name] === fields[refused.name]
  const errors: FieldErrors = {
    ...(isSubmitted ? found : { email: null, password: null }),
    ...(isUnchanged && { [refused.name]: refused.message }),
  }
  return {
    element,
    fields,
    isPending: account.isPending,
    ...(account.error !== null && refused === null
      ? { isFailureShown: true as const, error: account.error }
      : { isFailureShown: false as const }),
    field: (name: keyof Fields) => ({
      name,
      value: fields[name],
      error: errors[name],
      required: true,
      onValue: (value: string) => setFields({ ...fields, [name]: value }),
    }),
    submit() {
      setSubmitted(true)
      if (found.email !== null) focus('email')
      else if (found.password !== null) focus('password')
      else account.run(fields)
    },
  }
}
