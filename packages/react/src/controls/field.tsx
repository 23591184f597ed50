import { type ComponentProps, type ReactNode, useId } from 'react'
import { Warning } from './icons.tsx'

export type FieldProps = Omit<ComponentProps<'input'>, 'id' | 'onChange' | 'value'> & Described & Valued

type Described = {
  label: string
  /** Below the field; a screen reader reads it with the field. */
  hint?: ReactNode
  /** What is wrong with the value; null: nothing is. */
  error?: string | null
}

type Valued = { value: string; onValue: (value: string) => void }

export function Field({ label, hint, error = null, onValue, children, ...input }: FieldProps) {
  const id = useId()
  return (
    <div className="lk-field">
      <label htmlFor={id}>{label}</label>
      <div className="lk-box">
        <input
          id={id}
          dir="auto"
          {...describedBy(id, hint, error)}
          {...input}
          onChange={event => onValue(event.target.value)}
        />
        {children}
      </div>
      <Below id={id} hint={hint} error={error} />
    </div>
  )
}

/** One value out of a list. `options`: the values with their names. */
export function Select({
  label,
  hint,
  error = null,
  value,
  onValue,
  options,
}: Described & Valued & { options: ReadonlyMap<string, string> }) {
  const id = useId()
  return (
    <div className="lk-field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        {...describedBy(id, hint, error)}
        onChange={event => onValue(event.target.value)}
      >
        {[...options].map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
      <Below id={id} hint={hint} error={error} />
    </div>
  )
}

function describedBy(id: string, hint: ReactNode, error: string | null) {
  const ids = [...(error === null ? [] : [`${id}-error`]), ...(hint === undefined ? [] : [`${id}-hint`])]
  return {
    ...(error !== null && { 'aria-invalid': true }),
    ...(ids.length > 0 && { 'aria-describedby': ids.join(' ') }),
  }
}

/** The region of the error exists before there is one, so that a screen reader announces the error. */
function Below({ id, hint, error }: { id: string; hint: ReactNode; error: string | null }) {
  return (
    <>
      <p className="lk-field-error" id={`${id}-error`} aria-live="polite">
        {error !== null && (
          <>
            <Warning size={15} />
            <span>{error}</span>
          </>
        )}
      </p>
      {hint !== undefined && (
        <div className="lk-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </>
  )
}
