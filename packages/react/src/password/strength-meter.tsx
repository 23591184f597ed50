import { useEffect, useState } from 'react'
import { useSettled } from '../controls/settled.ts'
import { useText } from '../text/text.tsx'

/** How hard a password is to guess, from 0 to 4, as zxcvbn rates it. Parts of the email make it no harder. */
export type PasswordStrength = (password: string, email: string) => number

/** Loads an estimator when a form for a new password is shown. */
export type LoadStrength = () => Promise<PasswordStrength>

type Props = { password: string; email: string; minLength: number; load: LoadStrength }

const grades = [
  ['password.very-weak', 'weak'],
  ['password.weak', 'weak'],
  ['password.fair', 'fair'],
  ['password.good', 'strong'],
  ['password.strong', 'strong'],
] as const

/** A hint only: the service decides. Until the estimator has arrived, or without it, there is none. */
export function StrengthMeter({ password, email, minLength, load }: Props) {
  const { text } = useText()
  const strengthOf = useEstimator(load)
  const settled = useSettled(password)
  if (strengthOf === null || settled === '') return null
  const score = strengthOf(settled, email)
  const shown = [...settled].length < minLength ? Math.min(score, 1) : score
  const [word, tone] = grades[shown] ?? grades[0]
  return (
    <span className={`lk-strength lk-${tone}`}>
      <meter min={0} max={grades.length} value={shown + 1} aria-label={text('password.strength')}>
        {text(word)}
      </meter>
      <span>{text(word)}</span>
    </span>
  )
}

function useEstimator(load: LoadStrength): PasswordStrength | null {
  const [estimator, setEstimator] = useState<{ strengthOf: PasswordStrength } | null>(null)
  useEffect(() => {
    load().then(
      strengthOf => setEstimator({ strengthOf }),
      () => {},
    )
  }, [load])
  return estimator?.strengthOf ?? null
}
