import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useRef, useState } from 'react'
import { Field } from '../../controls/field.tsx'
import { Done } from '../../status/done.tsx'
import { invalidValue } from '../../status/failure-words.ts'
import { ConfirmRevocation } from './confirm-revocation.tsx'
import { previewInWords, usePreview } from './preview.ts'
import type { Target } from './strategies.ts'
import { TargetFields } from './target-fields.tsx'

export default function Revocations() {
  const [target, setTarget] = useState<Target>({ strategy: 'client_type', value: '' })
  const [reason, setReason] = useState('')
  const [isReasonMissed, setReasonMissed] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const [done, setDone] = useState<AnswerTo<'POST /v1/admin/revocations'> | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const queries = useQueryClient()
  const preview = usePreview(target)
  const hasReason = reason.trim() !== ''
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setReasonMissed(!hasReason)
    if (!hasReason) return form.current?.querySelector<HTMLInputElement>('[name=reason]')?.focus()
    setDone(null)
    setAsked(true)
  }
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Revocations</h1>
          <p>Revoke sessions in bulk. Takes effect on all instances before you see the result.</p>
        </div>
      </header>
      <form ref={form} className="panel stack" noValidate onSubmit={submit}>
        <TargetFields target={target} onTarget={setTarget} error={invalidValue(preview.error)} />
        <Field
          label="Reason, for the audit log"
          name="reason"
          maxLength={200}
          error={isReasonMissed && !hasReason ? 'Enter a reason to continue.' : null}
          value={reason}
          onValue={setReason}
        />
        <p role="status" className="preview">
          {previewInWords(preview)}
        </p>
        <button type="submit" className="danger" disabled={preview.data === undefined}>
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

/** The revocation is in effect already; its rows are marked in the background. */
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
        ? `In effect. ${revoked} of ${matched ?? 'all'} rows are marked so far.`
        : `Done: ${revoked === 1 ? '1 session' : `${revoked} sessions`} revoked.`}
    </Done>
  )
}
