import { useMutation, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId, useState } from 'react'
import type { AnswerTo, InputOf } from '../../client/index.ts'
import { useLatchkey } from '../../react/index.ts'
import { Confirm } from '../dialog.tsx'
import { whatWentWrong } from '../words.ts'

type Strategy = InputOf<'POST /v1/admin/revocations'>['body']['strategy']
type Target = { strategy: Strategy; value: string }

const strategies: Record<Strategy, { title: string; label: string; example: string }> = {
  session: {
    title: 'One session',
    label: 'Id of the session',
    example: '01a1fd5a-62f8-71d8-8b3e-f3bdd08a6dc9',
  },
  user: { title: 'A user', label: 'Id of the user', example: '01a1fd5a-62f8-71d8-8b3e-f3bdd08a6dc9' },
  client_type: { title: 'A client type', label: 'Client type', example: 'mobile' },
  ip: { title: 'An address or network', label: 'Address or network', example: '203.0.113.0/24' },
  issued_before: {
    title: 'Signed in before',
    label: 'Signed in before (UTC)',
    example: '2026-01-31T12:00:00Z',
  },
  all: { title: 'Everybody', label: '', example: '' },
}

const order: readonly Strategy[] = ['session', 'user', 'client_type', 'ip', 'issued_before', 'all']

function fieldsOf({ strategy, value }: Target) {
  return strategy === 'all' ? { strategy } : { strategy, value: value.trim() }
}

export default function Revocations() {
  const [target, setTarget] = useState<Target>({ strategy: 'client_type', value: '' })
  const [reason, setReason] = useState('')
  const [isAsked, setAsked] = useState(false)
  const [done, setDone] = useState<AnswerTo<'POST /v1/admin/revocations'> | null>(null)
  const preview = usePreview(target)
  const id = useId()
  const { label, example } = strategies[target.strategy]
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
        <fieldset className="choices">
          <legend>Whose sessions</legend>
          {order.map(strategy => (
            <label key={strategy}>
              <input
                type="radio"
                name="strategy"
                checked={target.strategy === strategy}
                onChange={() => setTarget({ strategy, value: '' })}
              />
              <span>{strategies[strategy].title}</span>
            </label>
          ))}
        </fieldset>
        {target.strategy !== 'all' && (
          <div className="field">
            <label htmlFor={`${id}-value`}>{label}</label>
            <input
              id={`${id}-value`}
              required
              placeholder={example}
              value={target.value}
              onChange={event => setTarget({ ...target, value: event.target.value })}
            />
          </div>
        )}
        <div className="field">
          <label htmlFor={`${id}-reason`}>Reason, for the audit log</label>
          <input
            id={`${id}-reason`}
            required
            maxLength={200}
            value={reason}
            onChange={event => setReason(event.target.value)}
          />
        </div>
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
          }}
        />
      )}
    </>
  )
}

function usePreview(target: Target) {
  const client = useLatchkey()
  const asked = useDeferredValue(target)
  const isReady = asked.strategy === 'all' || asked.value.trim() !== ''
  const { data, error } = useQuery({
    queryKey: ['preview', fieldsOf(asked)],
    queryFn: () => client.request('GET /v1/admin/revocations/preview', { query: fieldsOf(asked) }),
    enabled: isReady,
  })
  return { data, error, isReady }
}

function previewInWords({ data, error, isReady }: ReturnType<typeof usePreview>): string {
  if (!isReady) return 'How many sessions it would end is shown here.'
  if (error !== null) return whatWentWrong(error)
  if (data === undefined) return 'Counting…'
  const count = data.sessions === 1 ? '1 live session' : `${data.sessions.toLocaleString('en')} live sessions`
  return `This would end ${data.complete ? '' : 'at least '}${count}.`
}

type Asked = {
  target: Target
  reason: string
  preview: string
  onCancel: () => void
  onDone: (answer: AnswerTo<'POST /v1/admin/revocations'>) => void
}

function ConfirmRevocation({ target, reason, preview, onCancel, onDone }: Asked) {
  const client = useLatchkey()
  const [typed, setTyped] = useState('')
  const isAll = target.strategy === 'all'
  const revoke = useMutation({
    mutationFn: () =>
      client.request('POST /v1/admin/revocations', {
        body: { ...fieldsOf(target), reason: reason.trim(), ...(isAll ? { confirm: 'all' as const } : {}) },
      }),
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
      onConfirm={() => revoke.mutate()}
      onCancel={onCancel}
    >
      <p>
        <strong>{preview}</strong> {isAll ? 'Yours is among them. ' : ''}This cannot be undone.
      </p>
      {isAll && (
        <label>
          Write <code>all</code> to confirm
          <input value={typed} autoComplete="off" onChange={event => setTyped(event.target.value)} />
        </label>
      )}
    </Confirm>
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
    <p role="status" className="note good">
      {completedAt === null
        ? `It holds. ${revoked} of ${matched ?? 'the'} rows are marked so far.`
        : `Done: ${revoked === 1 ? '1 session has' : `${revoked} sessions have`} ended.`}
    </p>
  )
}
