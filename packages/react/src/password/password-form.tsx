import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Button } from '../controls/button.tsx'
import { PasswordField } from '../controls/password-field.tsx'
import { useLatchkey } from '../provider/context.ts'
import { useSession } from '../session/session.ts'
import { Failure } from '../status/failure.tsx'
import { failureText } from '../status/failure-text.ts'
import { isLatchkeyError } from '../status/outage.ts'
import { useText } from '../text/text.tsx'
import { checkFields, emptyFields, type FieldErrors, type Fields, firstInvalid } from './check.ts'
import { NewPasswordField, type PasswordRule } from './new-password-field.tsx'

type Props = PasswordRule & { onDone: () => void; onCancel: () => void }

export function PasswordForm({ minLength = 12, strength, onDone, onCancel }: Props) {
  const { text } = useText()
  const { user } = useSession()
  const { element, field, change, isFailureShown, submit } = usePasswordForm(minLength, onDone)
  return (
    <form ref={element} className="lk-stack lk-narrow" noValidate onSubmit={submit}>
      <Owner email={user?.email ?? ''} />
      <PasswordField
        label={text('password.current')}
        autoComplete="current-password"
        {...field('currentPassword')}
      />
      <NewPasswordField
        label={text('password.new')}
        email={user?.email ?? ''}
        minLength={minLength}
        {...(strength !== undefined && { strength })}
        {...field('newPassword')}
      />
      <PasswordField label={text('password.repeat')} autoComplete="new-password" {...field('repeated')} />
      {isFailureShown && <Failure error={change.error} />}
      <div className="lk-actions lk-start">
        <Button type="submit" look="primary" disabled={change.isPending}>
          {text(change.isPending ? 'password.changing' : 'password.change')}
        </Button>
        <Button onClick={onCancel}>{text('action.cancel')}</Button>
      </div>
    </form>
  )
}

function usePasswordForm(minLength: number, onDone: () => void) {
  const words = useText()
  const [fields, setFields] = useState(emptyFields)
  const [isSubmitted, setSubmitted] = useState(false)
  const element = useRef<HTMLFormElement>(null)
  const focus = (name: keyof Fields) =>
    element.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus()
  useEffect(() => element.current?.querySelector<HTMLInputElement>('[name=currentPassword]')?.focus(), [])
  const change = useChange(onDone, error => {
    const refused = refusedField(error)
    if (refused !== null) focus(refused)
  })
  const found = checkFields(fields, minLength, words)
  const refused = refusedField(change.error)
  const isUnchanged = refused !== null && change.sent[refused] === fields[refused]
  const errors: FieldErrors = {
    ...(isSubmitted ? found : noErrors),
    ...(isUnchanged && { [refused]: failureText(change.error, words) }),
  }
  return {
    element,
    change,
    /** The error is about no field. */
    isFailureShown: refused === null,
    field: (name: keyof Fields) => ({
      name,
      value: fields[name],
      error: errors[name],
      onValue: (value: string) => setFields({ ...fields, [name]: value }),
    }),
    submit(event: SubmitEvent) {
      event.preventDefault()
      setSubmitted(true)
      const invalid = firstInvalid(found)
      if (invalid !== null) focus(invalid)
      else change.run(fields)
    },
  }
}

/** Tells a password manager whose password it is. */
function Owner({ email }: { email: string }) {
  return (
    <input
      className="lk-hidden"
      autoComplete="username"
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  )
}

const noErrors: FieldErrors = { currentPassword: null, newPassword: null, repeated: null }

function useChange(onDone: () => void, onRefused: (error: Error) => void) {
  const client = useLatchkey()
  const [sent, setSent] = useState(emptyFields)
  const change = useAction({
    task: ({ currentPassword, newPassword }: Fields) =>
      client.changePassword({ currentPassword, newPassword }),
    onStart: setSent,
    onSuccess: onDone,
    onError: onRefused,
  })
  return { ...change, sent }
}

/** The field that the service refused; null: the error is about something else. */
function refusedField(error: unknown): 'currentPassword' | 'newPassword' | null {
  if (!isLatchkeyError(error)) return null
  if (error.code === 'wrong_password') return 'currentPassword'
  return error.code === 'weak_password' ? 'newPassword' : null
}
