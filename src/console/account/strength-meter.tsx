import { useEffect, useState } from 'react'
import { useSettled } from '../controls/settled.ts'

type Props = { password: string; email: string; minLength: number }

type Grade = { word: string; tone: 'weak' | 'fair' | 'strong' }

const grades: readonly Grade[] = [
  { word: 'Very weak', tone: 'weak' },
  { word: 'Weak', tone: 'weak' },
  { word: 'Fair', tone: 'fair' },
  { word: 'Good', tone: 'strong' },
  { word: 'Strong', tone: 'strong' },
]

/** A hint only: the service decides. The estimator is loaded with the form; until then, or without it, there is none. */
export function StrengthMeter({ password, email, minLength }: Props) {
  const scoreOf = useEstimator()
  const settled = useSettled(password)
  if (scoreOf === null || settled === '') return null
  const score = scoreOf(settled, email)
  const shown = [...settled].length < minLength ? Math.min(score, 1) : score
  const { word, tone } = grades[shown] ?? { word: 'Very weak', tone: 'weak' }
  return (
    <span className={`strength ${tone}`}>
      <meter min={0} max={grades.length} value={shown + 1} aria-label="Password strength">
        {word}
      </meter>
      <span>{word}</span>
    </span>
  )
}

type Estimator = (password: string, email: string) => number

function useEstimator(): Estimator | null {
  const [estimator, setEstimator] = useState<{ scoreOf: Estimator } | null>(null)
  useEffect(() => {
    void import('./strength.ts').then(setEstimator, () => {})
  }, [])
  return estimator?.scoreOf ?? null
}
