import { type ReactNode, useEffect, useId, useRef } from 'react'
import { whatWentWrong } from './words.ts'

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
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => dialog.current?.showModal(), [])
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

export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return (
    <p role="alert" className="note bad">
      {whatWentWrong(error)}
    </p>
  )
}
