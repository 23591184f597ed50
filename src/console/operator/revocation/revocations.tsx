import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Done } from '../../controls/dialog.tsx'
import { Field } from '../../controls/field.tsx'
import { ConfirmRevocation } from './confirm-revocation.tsx'
import { previewInWords, usePreview } from './preview.ts'
import { order, strategies, type Target } from './strategies.ts'

export default function Revocations() {
  const [target, setTarget] = useState<Target>({ strategy: 'client_type', value: '' })
  const [reason, setReason] = useState('')
  const [isAsked, setAsked] = useState(false)
  const [done, setDone] = useState<AnswerTo<'POST /v1/admin/revocations'> | null>(null)
  const queries = useQueryClient()
  const preview = usePreview(target)
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Revocations</h1>
          <p>End many sessions at once. It holds on every instance when it is answered.</p>
        </div>
      </header>
      <form
        className="panel stack"
        onSubmit={event => {
          event.preventDefault()
          setDone(null)
          setAsked(true)
        }}
      >
        <Fields target={target} onTarget={setTarget} reason={reason} onReason={setReason} />
        <p role="status" className="preview">
          {previewInWords(preview)}
        </p>
        <button
          type="submit"
          className="danger"
          disabled={preview.data === undefined || reason.trim() === ''}
        >
          Revoke…
        </button>
      </form>
      {done !== null && <Progress begun={done} />}
      {isAsked && (
        <ConfirmRevocation
          target={target}
          reason={reason}
          preview={previewInWords(preview)}
          onCancel={() => setAsked(false)}
          onDone={answer => {
            setDone(answer)
            setAsked(false)
            void queries.invalidateQueries({ queryKey: ['preview'] })
          }}
        />
      )}
    </>
  )
}

type Written = {
  target: Target
  onTarget: (target: Target) => void
  reason: string
  onReason: (reason: string) => void
}

function Fields({ target, onTarget, reason, onReason }: Written) {
  const { label, ...input } = strategies[target.strategy]
  return (
    <>
      <Choices strategy={target.strategy} onChange={strategy => onTarget({ strategy, value: '' })} />
      {label !== null && (
        <Field
          key={target.strategy}
          label={label}
          {...input}
          required
          value={target.value}
          onValue={value => onTarget({ ...target, value })}
        />
      )}
      <Field label="Reason, for the audit log" required maxLength={200} value={reason} onValue={onReason} />
    </>
  )
}

type Chosen = { strategy: Target['strategy']; onChange: (strategy: Target['strategy']) => void }

function Choices({ strategy: chosen, onChange }: Chosen) {
  return (
    <fieldset className="choices">
      <legend>Whose sessions</legend>
      {order.map(strategy => (
        <label key={strategy}>
          <input
            type="radio"
            name="strategy"
            checked={chosen === strategy}
            onChange={() => onChange(strategy)}
          />
          <span>{strategies[strategy].title}</span>
        </label>
      ))}
    </fieldset>
  )
}

/** Rows are marked behind a revocation that already holds; how far that is. */
function Progress({ begun }: { begun: AnswerTo<'POST /v1/admin/revocations'> }) {
  const client = useLatchkey()
  const { data } = useQuery({
    queryKey: ['revocation', begun.id],
    queryFn: () => client.request('GET /v1/admin/revocations/{id}', { params: { id: begun.id } }),
    refetchInterval: query => (query.state.data?.completedAt === null ? 1_000 : false),
  })
  const { matched, revoked, completedAt } = data ?? begun
  return (
    <Done>
      {completedAt === null
        ? `It holds. ${revoked} of ${matched ?? 'the'} rows are marked so far.`
        : `Done: ${revoked === 1 ? '1 session has' : `${revoked} sessions have`} ended.`}
    </Done>
  )
}
