import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useState } from 'react'
import { useAction } from '../../controls/action.ts'
import { Confirm } from '../../controls/dialog.tsx'
import { Field } from '../../controls/field.tsx'
import { fieldsOf, strategies, type Target } from './strategies.ts'

type Asked = {
  target: Target
  reason: string
  preview: string
  onCancel: () => void
  onDone: (answer: AnswerTo<'POST /v1/admin/revocations'>) => void
}

export function ConfirmRevocation({ target, reason, preview, onCancel, onDone }: Asked) {
  const client = useLatchkey()
  const [typed, setTyped] = useState('')
  const isAll = target.strategy === 'all'
  const revoke = useAction({
    mutationFn: async () => {
      const confirm = isAll ? { confirm: 'all' as const } : {}
      const body = { ...(await fieldsOf(client, target)), reason: reason.trim(), ...confirm }
      return client.request('POST /v1/admin/revocations', { body })
    },
    onSuccess: onDone,
  })
  const { title } = strategies[target.strategy]
  return (
    <Confirm
      title={isAll ? 'Sign everybody out?' : `Revoke by ${title.toLowerCase()}?`}
      action="Revoke"
      isBusy={revoke.isPending}
      isAllowed={!isAll || typed === 'all'}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onCancel}
    >
      <p>
        <strong>{preview}</strong> {isAll ? 'Yours is among them. ' : ''}This cannot be undone.
      </p>
      {isAll && (
        <Field
          label="Write “all” to confirm"
          autoComplete="off"
          autoCapitalize="none"
          value={typed}
          onValue={setTyped}
        />
      )}
    </Confirm>
  )
}
