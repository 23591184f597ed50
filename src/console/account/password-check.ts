/** What the user has typed. */
export type Fields = { currentPassword: string; newPassword: string; repeated: string }

export const emptyFields: Fields = { currentPassword: '', newPassword: '', repeated: '' }

/** What is wrong with each field; null: nothing is. */
export type FieldErrors = Record<keyof Fields, string | null>

/** What can be said without asking the service. Lengths are in Unicode code points, as the service counts them. */
export function checkFields(
  { currentPassword, newPassword, repeated }: Fields,
  minLength: number,
): FieldErrors {
  return {
    currentPassword: currentPassword === '' ? 'Enter your current password.' : null,
    newPassword: [...newPassword].length < minLength ? `Use at least ${minLength} characters.` : null,
    repeated: repeated === newPassword ? null : 'Passwords don’t match.',
  }
}

/** The first field with an error, in the order of the form. */
export function firstInvalid(errors: FieldErrors): keyof Fields | null {
  const order = ['currentPassword', 'newPassword', 'repeated'] as const
  return order.find(name => errors[name] !== null) ?? null
}
