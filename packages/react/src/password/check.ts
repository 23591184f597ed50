import type { en } from '../messages/en.ts'
import type { Text } from '../text/format.ts'

/** What the user has typed. */
export type Fields = { currentPassword: string; newPassword: string; repeated: string }

export const emptyFields: Fields = { currentPassword: '', newPassword: '', repeated: '' }

/** What is wrong with each field; null: nothing is. */
export type FieldErrors = Record<keyof Fields, string | null>

/** What can be said without asking the service. Lengths are in Unicode code points, as the service counts them. */
export function checkFields(
  { currentPassword, newPassword, repeated }: Fields,
  minLength: number,
  { text }: Pick<Text<typeof en.messages>, 'text'>,
): FieldErrors {
  return {
    currentPassword: currentPassword === '' ? text('password.current-missing') : null,
    newPassword: tooShort(newPassword, minLength) ? text('password.too-short', { count: minLength }) : null,
    repeated: repeated === newPassword ? null : text('password.mismatch'),
  }
}

export function tooShort(password: string, minLength: number): boolean {
  return [...password].length < minLength
}

/** The first field with an error, in the order of the form. */
export function firstInvalid(errors: FieldErrors): keyof Fields | null {
  const order = ['currentPassword', 'newPassword', 'repeated'] as const
  return order.find(name => errors[name] !== null) ?? null
}
