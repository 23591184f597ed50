import { useState } from 'react'
import { useText } from '../text/text.tsx'
import { Field, type FieldProps } from './field.tsx'
import { Eye, EyeOff } from './icons.tsx'

/** The user can look at what they type, which long passwords need (NIST SP 800-63B-4, §3.1.1.2). */
export function PasswordField(props: Omit<FieldProps, 'type' | 'children'>) {
  const { text } = useText()
  const [isShown, setShown] = useState(false)
  const Icon = isShown ? EyeOff : Eye
  return (
    <Field {...props} type={isShown ? 'text' : 'password'} autoCapitalize="none" spellCheck={false} required>
      <button
        type="button"
        className="lk-button lk-icon-button lk-reveal"
        aria-label={text('field.reveal', { label: props.label })}
        aria-pressed={isShown}
        title={text(isShown ? 'field.hide' : 'field.show')}
        onClick={() => setShown(!isShown)}
      >
        <Icon size={18} />
      </button>
    </Field>
  )
}
