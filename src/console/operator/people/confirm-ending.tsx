import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { Confirm, Field, nameOf, useAction } from '@latchkey/react/parts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useText } from '../../text/text.tsx'

export type JudgedSession = AnswerTo<'GET /v1/admin/users/{id}/sessions'>['sessions'][number]

type Asked = { userId: string; session: JudgedSession | null; who: string; onDone: () => void }

/** `session` null: all sessions of the user. */
export function ConfirmEnding({ userId, session, who, onDone }: Asked) {
  const words = useText()
  const { text } = words
  const client = useLatchkey()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const strategy = session === null ? 'user' : 'session'
  const revoke = useAction({
    task: () =>
      client.request('POST /v1/admin/revocations', {
        body: { strategy, value: session?.id ?? userId, reason: reason.trim() },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['sessions-of', userId] })
      onDone()
    },
  })
  const title =
    session === null
      ? text('person.confirm-all', { user: who })
      : text('person.confirm-one', { device: nameOf(session, words), user: who })
  return (
    <Confirm
      title={title}
      action={text('person.revoke')}
      isBusy={revoke.isPending}
      isAllowed={reason.trim() !== ''}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onDone}
    >
      <p>{text('person.confirm-effect')}</p>
      <Field label={text('revocation.reason')} maxLength={200} required value={reason} onValue={setReason} />
    </Confirm>
  )
}
