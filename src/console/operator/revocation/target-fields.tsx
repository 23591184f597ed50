import { Field, Select } from '@latchkey/react/parts'
import { useState } from 'react'
import { settings } from '../../shell/settings.ts'
import { useText } from '../../text/text.tsx'
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
  const { text } = useText()
  const asked = strategies[strategy]
  if (asked.label === null) return null
  const label = text(asked.label)
  if (strategy === 'client_type') return <ClientType label={label} value={value} {...field} />
  return (
    <Field
      label={label}
      required
      value={value}
      {...('placeholder' in asked && { placeholder: asked.placeholder })}
      {...('type' in asked && { type: asked.type })}
      {...('hint' in asked && { hint: text(asked.hint) })}
      {...field}
    />
  )
}

type ClientTypeProps = {
  label: string
  value: string
  error: string | null
  onValue: (value: string) => void
}

function ClientType(field: ClientTypeProps) {
  const { text } = useText()
  const [{ clientTypes }] = useState(settings)
  const types = clientTypes.map(type => [type, type] as const)
  return <Select {...field} options={new Map([['', text('revocation.client-type-choose')], ...types])} />
}

type ChoicesProps = { strategy: Strategy; onChange: (strategy: Strategy) => void }

function Choices({ strategy: chosen, onChange }: ChoicesProps) {
  const { text } = useText()
  return (
    <fieldset className="choices">
      <legend>{text('revocation.by')}</legend>
      {order.map(strategy => (
        <label key={strategy}>
          <input
            type="radio"
            name="strategy"
            checked={chosen === strategy}
            onChange={() => onChange(strategy)}
          />
          <span>{text(strategies[strategy].title)}</span>
        </label>
      ))}
    </fieldset>
  )
}
