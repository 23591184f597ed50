import { LatchkeyError } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { PasswordField } from '../controls/field.tsx'
import { linkTo } from '../shell/route.ts'
import { settings } from '../shell/settings.ts'
import { Failure } from '../status/failure.tsx'
import { whatWentWrong } from '../status/failure-words.ts'
import { checkFields, emptyFields, type FieldErrors, type Fields, firstInvalid } from './password-check.ts'
import { StrengthMeter } from './strength-meter.tsx'

export function PasswordForm({ onDone }: { onDone: () => void }) {
  const { user } = useSession()
  const [{ passwordMinLength }] = useState(settings)
  const [fields, setFields] = useState(emptyFields)
  const [isSubmitted, setSubmitted] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const focus = (name: keyof Fields) =>
    form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus()
  useEffect(() => form.current?.querySelector<HTMLInputElement>('[name=currentPassword]')?.focus(), [])
  const change = useChange(onDone, error => {
    const refused = refusedField(error)
    if (refused !== null) focus(refused)
  })
  const found = checkFields(fields, passwordMinLength)
  const errors = { ...(isSubmitted ? found : noErrors), ...refusals(change.error, change.sent, fields) }
  const field = (name: keyof Fields) => ({
    name,
    value: fields[name],
    error: errors[name],
    onValue: (value: string) => setFields({ ...fields, [name]: value }),
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setSubmitted(true)
    const invalid = firstInvalid(found)
    if (invalid !== null) focus(invalid)
    else change.run(fields)
  }
  return (
    <form ref={form} className="narrow stack" noValidate onSubmit={submit}>
      {/* Tells a password manager whose password it is. */}
      <input
        className="hidden"
        autoComplete="username"
        value={user?.email ?? ''}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <PasswordField label="Current password" autoComplete="current-password" {...field('currentPassword')} />
      <PasswordField
        label="New password"
        autoComplete="new-password"
        hint={
          <>
            At least {passwordMinLength} characters. A few unrelated words work well.
            <StrengthMeter
              password={fields.newPassword}
              email={user?.email ?? ''}
              minLength={passwordMinLength}
            />
          </>
        }
        {...field('newPassword')}
      />
      <PasswordField label="Repeat new password" autoComplete="new-password" {...field('repeated')} />
      {refusedField(change.error) === null && <Failure error={change.error} />}
      <div className="actions start">
        <button type="submit" className="primary" disabled={change.isPending}>
          {change.isPending ? 'Changing…' : 'Change password'}
        </button>
        <a className="button" href={linkTo('security')}>
          Cancel
        </a>
      </div>
    </form>
  )
}

const noErrors: FieldErrors = { currentPassword: null, newPassword: null, repeated: null }

function useChange(onDone: () => void, onRefused: (error: Error) => void) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const [sent, setSent] = useState(emptyFields)
  const change = useAction({
    mutationFn: ({ currentPassword, newPassword }: Fields) =>
      client.changePassword({ currentPassword, newPassword }),
    onMutate: setSent,
    onSuccess: async () => {
      await queries.invalidateQueries()
      onDone()
    },
    onError: onRefused,
  })
  return { ...change, sent }
}

/** The field that the service refused; null: the error is about something else. */
function refusedField(error: unknown): 'currentPassword' | 'newPassword' | null {
  if (!(error instanceof LatchkeyError)) return null
  if (error.code === 'wrong_password') return 'currentPassword'
  return error.code === 'weak_password' ? 'newPassword' : null
}

/** What the service said of a field, until its value is another. */
function refusals(error: unknown, sent: Fields, fields: Fields): Partial<FieldErrors> {
  const name = refusedField(error)
  return name === null || sent[name] !== fields[name] ? {} : { [name]: whatWentWrong(error) }
}
