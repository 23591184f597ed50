import { useLatchkey, useSession } from '@latchkey/react'
import { useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { useAction } from '../controls/action.ts'
import { Done, Failure } from '../controls/dialog.tsx'
import { PasswordField } from '../controls/field.tsx'
import { linkTo, useRoute } from '../shell/route.ts'

const empty = { currentPassword: '', newPassword: '', repeated: '' }
type Fields = typeof empty

/** The form is at a place of its own, so that advice can lead there, and back leads out of it. */
export function PasswordChange() {
  const isOpen = useRoute().detail === 'password'
  const [done, setDone] = useState('')
  const opener = useRef<HTMLAnchorElement>(null)
  const wasOpen = useRef(false)
  useEffect(() => {
    if (wasOpen.current && !isOpen) opener.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  return (
    <section className="panel" aria-labelledby="password">
      <div className="row">
        <div>
          <h2 id="password">Password</h2>
          <p className="muted">A new one signs every other device out.</p>
        </div>
        {!isOpen && (
          <a
            ref={opener}
            className="button"
            href={linkTo('security', 'password')}
            onClick={() => setDone('')}
          >
            Change password
          </a>
        )}
      </div>
      <Done>{done}</Done>
      {isOpen && (
        <PasswordForm
          onDone={() => {
            setDone('Your password is changed, and every other device is signed out.')
            location.replace(linkTo('security'))
          }}
        />
      )}
    </section>
  )
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const client = useLatchkey()
  const { user } = useSession()
  const queries = useQueryClient()
  const [fields, setFields] = useState<Fields>(empty)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector<HTMLInputElement>('input:not(.hidden)')?.focus(), [])
  const change = useAction({
    mutationFn: ({ currentPassword, newPassword }: Fields) =>
      client.changePassword({ currentPassword, newPassword }),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onDone()
    },
  })
  const differs = fields.repeated !== '' && fields.repeated !== fields.newPassword
  const field = (name: keyof Fields) => ({
    value: fields[name],
    onValue: (value: string) => setFields({ ...fields, [name]: value }),
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!differs && !change.isPending) change.run(fields)
  }
  return (
    <form ref={form} className="narrow stack" onSubmit={submit}>
      {/* So that a password manager knows whose password it is. */}
      <input
        className="hidden"
        autoComplete="username"
        value={user?.email ?? ''}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <PasswordField label="Current password" autoComplete="current-password" {...field('currentPassword')} />
      <PasswordField
        label="New password"
        autoComplete="new-password"
        hint="Long beats complicated: a few words are good."
        {...field('newPassword')}
      />
      <PasswordField
        label="New password, again"
        autoComplete="new-password"
        hint={<span role="status">{differs ? 'The two are not the same.' : ''}</span>}
        {...field('repeated')}
      />
      <Failure error={change.error} />
      <div className="actions start">
        <button type="submit" className="primary" disabled={change.isPending || differs}>
          {change.isPending ? 'Changing…' : 'Change password'}
        </button>
        <a className="button" href={linkTo('security')}>
          Cancel
        </a>
      </div>
    </form>
  )
}
