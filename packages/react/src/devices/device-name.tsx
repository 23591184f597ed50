import type { DeviceSession } from '@latchkey/client'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Button } from '../controls/button.tsx'
import { Heading, type HeadingLevel } from '../controls/heading.tsx'
import { Pencil } from '../controls/icons.tsx'
import { Failure } from '../status/failure.tsx'
import { useText } from '../text/text.tsx'
import { nameOf, suggestedNames } from './device.tsx'
import { useSessionManagement } from './management.ts'

type Props = { session: DeviceSession; level: HeadingLevel; children: ReactNode }

/** The name of a device, edited in place: Enter saves it, Escape cancels. */
export function DeviceName({ session, level, children }: Props) {
  const words = useText()
  const [isEditing, setEditing] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  useEffect(() => {
    if (wasEditing.current && !isEditing) pencil.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])
  if (isEditing) return <Editor session={session} onDone={() => setEditing(false)} />
  const name = nameOf(session, words)
  return (
    <Heading level={level} className="lk-device-name">
      <bdi>{name}</bdi>
      <button
        ref={pencil}
        type="button"
        className="lk-button lk-icon-button"
        aria-label={words.text('device.rename', { device: name })}
        title={words.text('device.rename-title')}
        onClick={() => setEditing(true)}
      >
        <Pencil size={15} />
      </button>
      {children}
    </Heading>
  )
}

function Editor({ session, onDone }: { session: DeviceSession; onDone: () => void }) {
  const words = useText()
  const { text } = words
  const management = useSessionManagement()
  const [name, setName] = useState(nameOf(session, words))
  const suggestions = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])
  const rename = useAction({
    task: () => management.rename(session.id, name.trim()),
    onSuccess: onDone,
  })
  return (
    <form
      className="lk-rename"
      onSubmit={event => {
        event.preventDefault()
        rename.run()
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') onDone()
      }}
    >
      <input
        ref={field}
        dir="auto"
        aria-label={text('device.name')}
        list={suggestions}
        required
        maxLength={64}
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <datalist id={suggestions}>
        {suggestedNames(session.device, words).map(suggestion => (
          <option key={suggestion} value={suggestion} />
        ))}
      </datalist>
      <Button type="submit" look="primary" disabled={rename.isPending || name.trim() === ''}>
        {text(rename.isPending ? 'device.saving' : 'device.save')}
      </Button>
      <Button onClick={onDone}>{text('action.cancel')}</Button>
      <Failure error={rename.error} />
    </form>
  )
}
