import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { Button, Done, Field } from '@latchkey/react/parts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useRef, useState } from 'react'
import { useText } from '../../text/text.tsx'
import { fieldError } from '../people/no-such-user.ts'
import { ConfirmRevocation } from './confirm-revocation.tsx'
import { previewText, usePreview } from './preview.ts'
import type { Target } from './strategies.ts'
import { TargetFields } from './target-fields.tsx'

export default function Revocations() {
  const words = useText()
  const { text } = words
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
          <h1>{text('shell.revocations')}</h1>
          <p>{text('revocation.intro')}</p>
        </div>
      </header>
      <form ref={form} className="lk-panel lk-stack" noValidate onSubmit={submit}>
        <TargetFields target={target} onTarget={setTarget} error={fieldError(preview.error, words)} />
        <Field
          label={text('revocation.reason')}
          name="reason"
          maxLength={200}
          error={isReasonMissed && !hasReason ? text('revocation.reason-missing') : null}
          value={reason}
          onValue={setReason}
        />
        <p role="status" className="preview">
          {previewText(preview, words)}
        </p>
        <Button type="submit" look="danger" disabled={preview.data === undefined}>
          {text('revocation.submit')}
        </Button>
      </form>
      {done !== null && <Progress begun={done} />}
      {isAsked && (
        <ConfirmRevocation
          target={target}
          reason={reason}
          preview={previewText(preview, words)}
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
  const { text } = useText()
  const client = useLatchkey()
  const { data } = useQuery({
    queryKey: ['revocation', begun.id],
    queryFn: () => client.request('GET /v1/admin/revocations/{id}', { params: { id: begun.id } }),
    refetchInterval: query => (query.state.data?.completedAt === null ? 1_000 : false),
  })
  const { matched, revoked, completedAt } = data ?? begun
  if (completedAt !== null) return <Done>{text('revocation.done', { count: revoked })}</Done>
  return (
    <Done>
      {matched === null
        ? text('revocation.progress-unknown', { revoked })
        : text('revocation.progress', { revoked, matched })}
    </Done>
  )
}
