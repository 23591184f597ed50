import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useState } from 'react'
import { useAction } from '../../controls/action.ts'
import { Confirm } from '../../controls/dialog.tsx'
import { Field } from '../../controls/field.tsx'
import { fieldsOf, type Target } from './strategies.ts'

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
  return (
    <Confirm
      title={isAll ? 'Sign out all users?' : 'Revoke these sessions?'}
      action="Revoke"
      isBusy={revoke.isPending}
      isAllowed={!isAll || typed === 'all'}
      error={revoke.error}
      onConfirm={() => revoke.run()}
      onCancel={onCancel}
    >
      <p>
        <strong>{preview}</strong> {isAll ? 'This includes your own session. ' : ''}You can’t undo it.
      </p>
      {isAll && (
        <Field
          label="Type “all” to confirm"
          autoComplete="off"
          autoCapitalize="none"
          value={typed}
          onValue={setTyped}
        />
      )}
    </Confirm>
  )
}
