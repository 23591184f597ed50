import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Failure } from '../status/failure.tsx'
import { useText } from '../text/text.tsx'
import { Button } from './button.tsx'

export type Confirmation = {
  title: string
  children: ReactNode
  /** The label of the button that does it. */
  action: string
  isDangerous?: boolean
  isBusy: boolean
  isAllowed?: boolean
  error: unknown
  onConfirm: () => void
  onCancel: () => void
}

/** Asks before an action that cannot be undone. The browser traps the focus and closes the dialog on Escape. */
export function Confirm(confirmation: Confirmation) {
  const { title, children, action, isDangerous = true, isBusy, isAllowed = true, error } = confirmation
  const { text } = useText()
  const dialog = useModal()
  const heading = useId()
  return (
    <dialog ref={dialog} className="lk lk-dialog" aria-labelledby={heading} onClose={confirmation.onCancel}>
      <form
        onSubmit={event => {
          event.preventDefault()
          if (!isBusy && isAllowed) confirmation.onConfirm()
        }}
      >
        <h2 id={heading}>{title}</h2>
        {children}
        <Failure error={error} />
        <div className="lk-actions">
          <Button onClick={() => dialog.current?.close()}>{text('action.cancel')}</Button>
          <Button type="submit" look={isDangerous ? 'danger' : 'primary'} disabled={isBusy || !isAllowed}>
            {isBusy ? text('action.pending') : action}
          </Button>
        </div>
      </form>
    </dialog>
  )
}

/** Returns the focus to where it was, or to the page if the action removed that element. */
function useModal() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [before] = useState(() => document.activeElement)
  useEffect(() => {
    dialog.current?.showModal()
    return () => {
      const target = before?.isConnected ? before : document.querySelector('main')
      if (target instanceof HTMLElement) target.focus()
    }
  }, [before])
  return dialog
}
