import { type ComponentProps, type ReactNode, useId, useState } from 'react'
import { Eye, EyeOff } from './icons.tsx'

type Props = Omit<ComponentProps<'input'>, 'id' | 'onChange' | 'value'> & {
  label: string
  /** Below the field; told by a screen reader with it. */
  hint?: ReactNode
  value: string
  onValue: (value: string) => void
}

export function Field({ label, hint, onValue, children, ...input }: Props) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="box">
        <input
          id={id}
          dir="auto"
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          {...input}
          onChange={event => onValue(event.target.value)}
        />
        {children}
      </div>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** What is typed can be looked at, as long passwords want (NIST SP 800-63B-4, §3.1.1.2). */
export function PasswordField(props: Omit<Props, 'type' | 'children'>) {
  const [isShown, setShown] = useState(false)
  const Icon = isShown ? EyeOff : Eye
  return (
    <Field {...props} type={isShown ? 'text' : 'password'} autoCapitalize="none" spellCheck={false} required>
      <button
        type="button"
        className="icon-button reveal"
        aria-label={`Show ${props.label.toLowerCase()}`}
        aria-pressed={isShown}
        title={isShown ? 'Hide' : 'Show'}
        onClick={() => setShown(!isShown)}
      >
        <Icon size={18} />
      </button>
    </Field>
  )
}
