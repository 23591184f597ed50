import type { DeviceSession } from '@latchkey/client'
import { useSessionManagement } from '@latchkey/react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Failure } from '../controls/dialog.tsx'
import { Pencil } from '../controls/icons.tsx'
import { nameOf } from './device.tsx'

type Props = { session: DeviceSession; children: ReactNode }

/** What the owner calls the device; changed in place, by Enter or a click, and left as it was by Escape. */
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
  const [name, setName] = useState(session.deviceName ?? '')
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
        aria-label="Name of the device"
        placeholder={nameOf(session)}
        required
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
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
