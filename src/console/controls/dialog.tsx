import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Failure } from '../status/failure.tsx'

type Confirmation = {
  title: string
  children: ReactNode
  action: string
  isBusy: boolean
  isAllowed?: boolean
  error: unknown
  onConfirm: () => void
  onCancel: () => void
}

/** Asks before an action that cannot be undone. The browser traps the focus and closes the dialog on Escape. */
export function Confirm(confirmation: Confirmation) {
  const { title, children, action, isBusy, isAllowed = true, error, onConfirm, onCancel } = confirmation
  const dialog = useModal()
  const heading = useId()
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onCancel}>
      <form
        onSubmit={event => {
          event.preventDefault()
          if (!isBusy && isAllowed) onConfirm()
        }}
      >
        <h2 id={heading}>{title}</h2>
        {children}
        <Failure error={error} />
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="danger" disabled={isBusy || !isAllowed}>
            {isBusy ? 'One moment…' : action}
          </button>
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
