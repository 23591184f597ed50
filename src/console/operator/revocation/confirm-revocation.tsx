import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { Confirm, Field, useAction } from '@latchkey/react/parts'
import { useState } from 'react'
import { useText } from '../../text/text.tsx'
import { fieldsOf, type Target } from './strategies.ts'

type Asked = {
  target: Target
  reason: string
  preview: string
  onCancel: () => void
  onDone: (answer: AnswerTo<'POST /v1/admin/revocations'>) => void
}

/** What the service asks for before it revokes everything; the same in every language. */
const confirmWord = 'all'

export function ConfirmRevocation({ target, reason, preview, onCancel, onDone }: Asked) {
  const { text, rich } = useText()
  const client = useLatchkey()
  const [typed, setTyped] = useState('')
  const isAll = target.strategy === 'all'
  const revoke = useAction({
    task: async () => {
      const confirm = isAll ? ({ confirm: confirmWord } as const) : {}
      const body = { ...(await fieldsOf(client, target)), reason: reason.trim(), ...confirm }
      return client.request('POST /v1/admin/revocations', { body })
    },
    onSuccess: onDone,
  })
  const effect = isAll ? 'revocation.confirm-all-effect' : 'revocation.confirm-effect'
  return (
    <Confirm
      title={text(isAll ? 'revocation.confirm-all' : 'revocation.confirm')}
      action={text('revocation.revoke')}
      isBusy={revoke.isPending}
      isAllowed={!isAll || typed === confirmWord}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onCancel}
    >
      <p>{rich(effect, { preview: <strong>{preview}</strong> })}</p>
      {isAll && (
        <Field
          label={text('revocation.confirm-type', { word: confirmWord })}
          autoComplete="off"
          autoCapitalize="none"
          value={typed}
          onValue={setTyped}
        />
      )}
    </Confirm>
  )
}
