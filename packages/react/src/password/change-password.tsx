import { useEffect, useId, useRef, useState } from 'react'
import { Heading, type HeadingLevel } from '../controls/heading.tsx'
import { Done } from '../status/done.tsx'
import { useText } from '../text/text.tsx'
import type { PasswordRule } from './new-password-field.tsx'
import { PasswordForm } from './password-form.tsx'

export type ChangePasswordProps = PasswordRule & {
  /** Of the heading “Password”; 2 by default. */
  headingLevel?: HeadingLevel
  /** Whether the form is shown, where the page decides that; otherwise a button opens it. */
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
  onChanged?: () => void
}

/** A change of password, which signs out all other devices. */
export function ChangePassword({ headingLevel = 2, onChanged, ...props }: ChangePasswordProps) {
  const { text } = useText()
  const [isOpenHere, setOpenHere] = useState(false)
  const [done, setDone] = useState('')
  const isOpen = props.isOpen ?? isOpenHere
  const title = useId()
  const opener = useOpener(isOpen)
  const setOpen = (next: boolean) => {
    setOpenHere(next)
    props.onOpenChange?.(next)
  }
  return (
    <section className="lk lk-panel lk-change-password" aria-labelledby={title}>
      <div className="lk-row">
        <div>
          <Heading level={headingLevel} id={title}>
            {text('password.title')}
          </Heading>
          <p className="lk-muted">{text('password.effect')}</p>
        </div>
        {!isOpen && (
          <button
            ref={opener}
            type="button"
            className="lk-button"
            onClick={() => {
              setDone('')
              setOpen(true)
            }}
          >
            {text('password.change')}
          </button>
        )}
      </div>
      <Done>{done}</Done>
      {isOpen && (
        <PasswordForm
          {...props}
          onCancel={() => setOpen(false)}
          onDone={() => {
            setDone(text('password.changed'))
            setOpen(false)
            onChanged?.()
          }}
        />
      )}
    </section>
  )
}

/** When the form closes, the focus goes back to the button that opened it. */
function useOpener(isOpen: boolean) {
  const opener = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(isOpen)
  useEffect(() => {
    if (wasOpen.current && !isOpen) opener.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  return opener
}
