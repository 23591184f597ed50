import type { DeviceSession } from '@latchkey/client'
import { useSessionManagement } from '@latchkey/react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Pencil } from '../controls/icons.tsx'
import { Failure } from '../status/failure.tsx'
import { nameOf, suggestedNames } from './device.tsx'

type Props = { session: DeviceSession; children: ReactNode }

/** The name of a device, edited in place: Enter saves it, Escape cancels. */
export function DeviceName({ session, children }: Props) {
  const [isEditing, setEditing] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  useEffect(() => {
    if (wasEditing.current && !isEditing) pencil.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])
  if (isEditing) return <Editor session={session} onDone={() => setEditing(false)} />
  return (
    <h3 className="device-name">
      <bdi>{nameOf(session)}</bdi>
      <button
        ref={pencil}
        type="button"
        className="icon-button"
        aria-label={`Rename ${nameOf(session)}`}
        title="Rename"
        onClick={() => setEditing(true)}
      >
        <Pencil size={15} />
      </button>
      {children}
    </h3>
  )
}

function Editor({ session, onDone }: Omit<Props, 'children'> & { onDone: () => void }) {
  const management = useSessionManagement()
  const [name, setName] = useState(nameOf(session))
  const suggestions = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])
  const rename = useAction({
    mutationFn: () => management.rename(session.id, name.trim()),
    onSuccess: onDone,
  })
  return (
    <form
      className="rename"
      onSubmit={event => {
        event.preventDefault()
        if (!rename.isPending) rename.run()
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onDone()
      }}
    >
      <input
        ref={field}
        dir="auto"
        aria-label="Device name"
        list={suggestions}
        required
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <datalist id={suggestions}>
        {suggestedNames(session.device).map(suggestion => (
          <option key={suggestion} value={suggestion} />
        ))}
      </datalist>
      <button type="submit" className="primary" disabled={rename.isPending || name.trim() === ''}>
        {rename.isPending ? 'Saving…' : 'Save'}
      </button>
      <button type="button" onClick={onDone}>
        Cancel
      </button>
      <Failure error={rename.error} />
    </form>
  )
}
