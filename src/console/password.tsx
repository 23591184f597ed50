import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useLatchkey, useSession } from '../react/index.ts'
import { Failure } from './dialog.tsx'

const empty = { currentPassword: '', newPassword: '', repeated: '' }

export function PasswordChange() {
  const client = useLatchkey()
  const { user } = useSession()
  const queries = useQueryClient()
  const [fields, setFields] = useState(empty)
  const id = useId()
  const change = useMutation({
    mutationFn: ({ currentPassword, newPassword }: typeof empty) =>
      client.changePassword({ currentPassword, newPassword }),
    onSuccess: async () => {
      setFields(empty)
      await queries.invalidateQueries()
    },
  })
  const differs = fields.repeated !== '' && fields.repeated !== fields.newPassword
  const input = (name: keyof typeof empty, label: string, autoComplete: string, hint?: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="password"
        autoComplete={autoComplete}
        aria-describedby={hint === undefined ? undefined : `${id}-${name}-hint`}
        required
        value={fields[name]}
        onChange={event => setFields({ ...fields, [name]: event.target.value })}
      />
      {hint !== undefined && (
        <p className="hint" id={`${id}-${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
  return (
    <section className="panel" aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>Password</h2>
      <p className="muted">A new password signs every other device out.</p>
      <form
        onSubmit={event => {
          event.preventDefault()
          if (!differs) change.mutate(fields)
        }}
      >
        {/* So that a password manager knows whose password it is. */}
        <input
          className="hidden"
          autoComplete="username"
          value={user?.email ?? ''}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <div className="columns">
          {input('currentPassword', 'Current password', 'current-password')}
          {input(
            'newPassword',
            'New password',
            'new-password',
            'Long beats complicated: a few words are good.',
          )}
          {input(
            'repeated',
            'New password, again',
            'new-password',
            differs ? 'The two are not the same.' : undefined,
          )}
        </div>
        <Failure error={change.error} />
        {change.isSuccess && (
          <p role="status" className="note good">
            Your password is changed, and every other device is signed out.
          </p>
        )}
        <button type="submit" className="primary" disabled={change.isPending || differs}>
          {change.isPending ? 'Changing…' : 'Change password'}
        </button>
      </form>
    </section>
  )
}
