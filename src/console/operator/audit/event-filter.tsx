import { Field, Select } from '../../controls/field.tsx'
import { eventTypes, typeInWords } from './event-types.ts'

/** As the operator typed it; an empty field does not filter. */
export type Written = { type: string; user: string; sessionId: string; since: string }

type Props = {
  written: Written
  onChange: (written: Written) => void
  /** What is wrong with a field; a missing one has no error. */
  errors: Partial<Record<keyof Written, string>>
}

const types = new Map([['', 'any'], ...eventTypes.map(type => [type, typeInWords(type)] as const)])

export function EventFilter({ written, onChange, errors }: Props) {
  const field = (name: keyof Written) => ({
    value: written[name],
    error: errors[name] ?? null,
    onValue: (value: string) => onChange({ ...written, [name]: value }),
  })
  return (
    <div className="panel columns filters">
      <Select label="Event" options={types} {...field('type')} />
      <Field label="User" placeholder="email or ID" {...field('user')} />
      <Field label="Session" placeholder="ID" {...field('sessionId')} />
      <Field label="Since" type="datetime-local" {...field('since')} />
    </div>
  )
}
