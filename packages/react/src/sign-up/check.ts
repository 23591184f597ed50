import type { en } from '../messages/en.ts'
import { tooShort } from '../password/check.ts'
import { isLatchkeyError } from '../status/outage.ts'
import type { Text } from '../text/format.ts'

export type Fields = { email: string; password: string }

/** What is wrong with each field; null: nothing is. */
export type FieldErrors = Record<keyof Fields, string | null>

type Words = Pick<Text<typeof en.messages>, 'text'>

/** What can be said without asking the service, which decides what a valid address is. */
export function checkFields({ email, password }: Fields, minLength: number, { text }: Words): FieldErrors {
  return {
    email: /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : text('field.email-invalid'),
    password: tooShort(password, minLength) ? text('password.too-short', { count: minLength }) : null,
  }
}

/** The field that the service refused, and why; null: the error is about something else. */
export function refusedField(
  error: unknown,
  { text }: Words,
): { name: keyof Fields; message: string } | null {
  if (!isLatchkeyError(error)) return null
  switch (error.code) {
    case 'email_taken':
      return { name: 'email', message: text('sign-up.taken') }
    case 'weak_password':
      return { name: 'password', message: text('password.common') }
    case 'validation_failed':
      return { name: 'email', message: text('field.email-invalid') }
    default:
      return null
  }
}
