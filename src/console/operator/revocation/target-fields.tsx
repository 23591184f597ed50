import { useState } from 'react'
import { Field, Select } from '../../controls/field.tsx'
import { settings } from '../../shell/settings.ts'
import { order, type Strategy, strategies, type Target } from './strategies.ts'

type Props = {
  target: Target
  onTarget: (target: Target) => void
  /** What is wrong with the value; null: nothing is. */
  error: string | null
}

/** Which sessions to revoke. */
export function TargetFields({ target, onTarget, error }: Props) {
  return (
    <>
      <Choices strategy={target.strategy} onChange={strategy => onTarget({ strategy, value: '' })} />
      <ValueField
        key={target.strategy}
        target={target}
        error={error}
        onValue={value => onTarget({ ...target, value })}
      />
    </>
  )
}

type Valued = { target: Target; error: string | null; onValue: (value: string) => void }

function ValueField({ target: { strategy, value }, ...field }: Valued) {
  const { title: _title, ...asked } = strategies[strategy]
  if (asked.label === null) return null
  if (strategy === 'client_type') return <ClientType label={asked.label} value={value} {...field} />
  return <Field {...asked} required value={value} {...field} />
}

function ClientType(field: { label: string; value: string; onValue: (value: string) => void }) {
  const [{ clientTypes }] = useState(settings)
  const types = clientTypes.map(type => [type, type] as const)
  return <Select {...field} options={new Map([['', 'Choose a client type'], ...types])} />
}

function Choices({
  strategy: chosen,
  onChange,
}: {
  strategy: Strategy
  onChange: (strategy: Strategy) => void
}) {
  return (
    <fieldset className="choices">
      <legend>Revoke by</legend>
      {order.map(strategy => (
        <label key={strategy}>
          <input
            type="radio"
            name="strategy"
            checked={chosen === strategy}
            onChange={() => onChange(strategy)}
          />
          <span>{strategies[strategy].title}</span>
        </label>
      ))}
    </fieldset>
  )
}
