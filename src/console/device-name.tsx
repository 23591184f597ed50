import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { DeviceSession } from '../client/index.ts'
import { useLatchkey } from '../react/index.ts'
import { nameOf } from './device.tsx'
import { Failure } from './dialog.tsx'
import { Pencil } from './icons.tsx'

type Props = { session: DeviceSession; queryKey: readonly unknown[]; children: ReactNode }

/** What the owner calls the device; changed in place, by Enter or a click, and left as it was by Escape. */
export function DeviceName({ session, queryKey, children }: Props) {
  const [isEditing, setEditing] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  useEffect(() => {
    if (wasEditing.current && !isEditing) pencil.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])
  if (isEditing) return <Editor session={session} queryKey={queryKey} onDone={() => setEditing(false)} />
  return (
    <h2 className="device-name">
      <span>{nameOf(session)}</span>
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
    </h2>
  )
}

function Editor({ session, queryKey, onDone }: Omit<Props, 'children'> & { onDone: () => void }) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const [name, setName] = useState(session.deviceName ?? '')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])
  const rename = useMutation({
    mutationFn: () => client.renameSession(session.id, name.trim()),
    onSuccess: async renamed => {
      await queries.cancelQueries({ queryKey })
      queries.setQueryData<DeviceSession[]>(queryKey, known =>
        known?.map(other => (other.id === renamed.id ? renamed : other)),
      )
      onDone()
    },
  })
  return (
    <form
      className="rename"
      onSubmit={event => {
        event.preventDefault()
        rename.mutate()
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onDone()
      }}
    >
      <input
        ref={field}
        aria-label="Name of the device"
        placeholder={nameOf(session)}
        required
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <button type="submit" className="primary" disabled={rename.isPending || name.trim() === ''}>
        Save
      </button>
      <button type="button" onClick={onDone}>
        Cancel
      </button>
      <Failure error={rename.error} />
    </form>
  )
}
