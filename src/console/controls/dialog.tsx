import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { whatWentWrong } from '../shell/words.ts'
import { Check, Warning } from './icons.tsx'

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

/** Asks before what cannot be undone. The browser keeps the focus inside, and closes it by Escape. */
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

/** Gives the focus back to where it was, or to the page when that went away with what was done. */
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

export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return (
    <p role="alert" className="note bad">
      <Warning size={18} />
      <span>{whatWentWrong(error)}</span>
    </p>
  )
}

/** What has been done. It is there before it says something, so that a screen reader hears that it does. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <div role="status">
      {children !== '' && (
        <p className="note good">
          <Check size={18} />
          <span>{children}</span>
        </p>
      )}
    </div>
  )
}
