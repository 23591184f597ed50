import type { AnswerTo } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { Button, Confirm, Field, useAction } from '@latchkey/react/parts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { linkTo } from '../../shell/route.ts'
import { useText } from '../../text/text.tsx'

type Person = AnswerTo<'GET /v1/admin/users/{id}'>
type Asked = 'roles' | 'disable' | 'enable' | 'delete'
type Asking = { person: Person; onDone: () => void }

/** Changes roles, and disables, enables or deletes an account. No operator does this to their own account here. */
export function ManagePerson({ person }: { person: Person }) {
  const { text } = useText()
  const { user } = useSession()
  const [asked, setAsked] = useState<Asked | null>(null)
  const onDone = () => setAsked(null)
  if (!user?.permissions.includes('users:manage') || user.id === person.id) return null
  return (
    <>
      <Button onClick={() => setAsked('roles')}>{text('person.edit-roles')}</Button>
      {person.disabled ? (
        <Button onClick={() => setAsked('enable')}>{text('person.enable')}</Button>
      ) : (
        <Button look="danger-quiet" onClick={() => setAsked('disable')}>
          {text('person.disable')}
        </Button>
      )}
      <Button look="danger-quiet" onClick={() => setAsked('delete')}>
        {text('person.delete')}
      </Button>
      {asked === 'roles' && <EditRoles person={person} onDone={onDone} />}
      {asked === 'disable' && <Disable person={person} onDone={onDone} />}
      {asked === 'enable' && <Enable person={person} onDone={onDone} />}
      {asked === 'delete' && <Delete person={person} onDone={onDone} />}
    </>
  )
}

type Wanted = { roles?: string[]; disabled?: boolean }

function useChange({ person, onDone }: Asking, wanted: () => Wanted) {
  const client = useLatchkey()
  const queries = useQueryClient()
  const { id } = person
  return useAction({
    task: () => client.request('PATCH /v1/admin/users/{id}', { params: { id }, body: wanted() }),
    onSuccess: async () => {
      await Promise.all(
        [['person', id], ['people'], ['sessions-of', id]].map(queryKey =>
          queries.invalidateQueries({ queryKey }),
        ),
      )
      onDone()
    },
  })
}

function EditRoles(asking: Asking) {
  const { text } = useText()
  const [written, setWritten] = useState(asking.person.roles.join(' '))
  const roles = [...new Set(written.split(/[\s,]+/).filter(role => role !== ''))]
  const change = useChange(asking, () => ({ roles }))
  return (
    <Confirm
      title={text('person.roles-of', { user: asking.person.email })}
      action={text('person.save-roles')}
      isDangerous={false}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.run()}
      onCancel={asking.onDone}
    >
      <p>{text('person.roles-effect')}</p>
      <Field label={text('people.roles')} autoComplete="off" value={written} onValue={setWritten} />
    </Confirm>
  )
}

function Disable(asking: Asking) {
  const { text } = useText()
  const change = useChange(asking, () => ({ disabled: true }))
  return (
    <Confirm
      title={text('person.confirm-disable', { user: asking.person.email })}
      action={text('person.disable')}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.run()}
      onCancel={asking.onDone}
    >
      <p>{text('person.disable-effect')}</p>
    </Confirm>
  )
}

function Enable(asking: Asking) {
  const { text } = useText()
  const change = useChange(asking, () => ({ disabled: false }))
  return (
    <Confirm
      title={text('person.confirm-enable', { user: asking.person.email })}
      action={text('person.enable')}
      isDangerous={false}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.run()}
      onCancel={asking.onDone}
    >
      <p>{text('person.enable-effect')}</p>
    </Confirm>
  )
}

function Delete({ person, onDone }: Asking) {
  const { text } = useText()
  const client = useLatchkey()
  const queries = useQueryClient()
  const [written, setWritten] = useState('')
  const remove = useAction({
    task: () => client.request('DELETE /v1/admin/users/{id}', { params: { id: person.id } }),
    onSuccess: async () => {
      window.location.hash = linkTo('people')
      queries.removeQueries({ queryKey: ['person', person.id] })
      await queries.invalidateQueries({ queryKey: ['people'] })
    },
  })
  return (
    <Confirm
      title={text('person.confirm-delete', { user: person.email })}
      action={text('person.delete')}
      isBusy={remove.isPending}
      isAllowed={written.trim().toLowerCase() === person.email.toLowerCase()}
      error={remove.error}
      onConfirm={() => remove.run()}
      onCancel={onDone}
    >
      <p>{text('person.delete-effect')}</p>
      <Field
        label={text('person.delete-confirm')}
        type="email"
        autoComplete="off"
        value={written}
        onValue={setWritten}
      />
    </Confirm>
  )
}
