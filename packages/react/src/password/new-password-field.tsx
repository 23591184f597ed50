import { PasswordField } from '../controls/password-field.tsx'
import { useText } from '../text/text.tsx'
import { type LoadStrength, StrengthMeter } from './strength-meter.tsx'

/** What the service asks of a new password. */
export type PasswordRule = {
  /** `PASSWORD_MIN_LENGTH` of the service; 12 by default. */
  minLength?: number
  /** For a strength meter, for example with `@zxcvbn-ts/core`; none by default. */
  strength?: LoadStrength
}

type Props = PasswordRule & {
  label: string
  name: string
  value: string
  /** The user's, so that parts of it do not count as strength. */
  email: string
  error: string | null
  onValue: (value: string) => void
}

/** States the rule before the user types. */
export function NewPasswordField({ minLength = 12, strength, email, ...field }: Props) {
  const { text } = useText()
  return (
    <PasswordField
      autoComplete="new-password"
      {...field}
      hint={
        <>
          {text('password.rule', { count: minLength })}
          {strength !== undefined && (
            <StrengthMeter password={field.value} email={email} minLength={minLength} load={strength} />
          )}
        </>
      }
    />
  )
}
