import { useId } from 'react'
import { Field } from '../../controls/field.tsx'
import { eventTypes, typeInWords } from './event-types.ts'

/** As it is written; empty fields ask for nothing. */
export type Written = { type: string; user: string; sessionId: string; since: string }

export function EventFilter({
  written,
  onChange,
}: {
  written: Written
  onChange: (written: Written) => void
}) {
  const id = useId()
  const field = (name: keyof Written) => ({
    value: written[name],
    onValue: (value: string) => onChange({ ...written, [name]: value }),
  })
  return (
    <div className="panel columns filters">
      <div className="field">
        <label htmlFor={`${id}-type`}>Event</label>
        <select
          id={`${id}-type`}
          value={written.type}
          onChange={event => onChange({ ...written, type: event.target.value })}
        >
          <option value="">any</option>
          {eventTypes.map(type => (
            <option key={type} value={type}>
              {typeInWords(type)}
            </option>
          ))}
        </select>
      </div>
      <Field label="User" placeholder="address or id" {...field('user')} />
      <Field label="Session" placeholder="id" {...field('sessionId')} />
      <Field label="Since" type="datetime-local" {...field('since')} />
    </div>
  )
}
