import { Button, Field, Select } from '@latchkey/react/parts'
import { useState } from 'react'
import { useText } from '../../text/text.tsx'
import { eventTypes, severities } from './event-types.ts'
import { type FieldErrors, nothingWritten, type Written } from './filter.ts'

type Props = {
  written: Written
  onChange: (written: Written) => void
  /** What is wrong with a field; a missing one has no error. */
  errors: FieldErrors
}

/** Open where there is room; folded on a phone, unless something is filtered. */
export function EventFilter({ written, onChange, errors }: Props) {
  const { text } = useText()
  const isFiltered = Object.values(written).some(value => value !== '')
  const [isOpen, setOpen] = useState(() => isFiltered || matchMedia('(width >= 700px)').matches)
  return (
    <details
      className="lk-panel filters"
      open={isOpen}
      onToggle={toggled => setOpen(toggled.currentTarget.open)}
    >
      <summary>{text('audit.filters')}</summary>
      <Fields written={written} onChange={onChange} errors={errors} />
      {isFiltered && (
        <p className="clear">
          <Button className="small" onClick={() => onChange(nothingWritten)}>
            {text('audit.clear')}
          </Button>
        </p>
      )}
    </details>
  )
}

function Fields({ written, onChange, errors }: Props) {
  const { text } = useText()
  const any = ['', text('audit.any')] as const
  const types = new Map([any, ...eventTypes.map(type => [type, text(`audit.type.${type}`)] as const)])
  const levels = new Map([any, ...severities.map(name => [name, text(`audit.severity.${name}`)] as const)])
  const field = (name: keyof Written) => ({
    value: written[name],
    error: errors[name] ?? null,
    onValue: (value: string) => onChange({ ...written, [name]: value }),
  })
  return (
    <div className="columns">
      <Select label={text('audit.event')} options={types} {...field('type')} />
      <Select label={text('audit.severity')} options={levels} {...field('severity')} />
      <Field label={text('audit.user')} placeholder={text('audit.user-placeholder')} {...field('user')} />
      <Field
        label={text('audit.session')}
        placeholder={text('audit.session-placeholder')}
        {...field('session')}
      />
      <Field
        label={text('audit.address')}
        placeholder={text('audit.address-placeholder')}
        {...field('address')}
      />
      <Field label={text('audit.since')} type="datetime-local" {...field('since')} />
    </div>
  )
}
