import type { AnswerTo } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { Button, Done, Failure, useAction } from '@latchkey/react/parts'
import { useText } from '../../text/text.tsx'

export function Cleanup() {
  const words = useText()
  const { text } = words
  const client = useLatchkey()
  const { user } = useSession()
  const cleanup = useAction({ task: () => client.request('POST /v1/admin/cleanup') })
  if (user?.permissions.includes('sessions:cleanup') !== true) return null
  return (
    <section className="lk-panel" aria-labelledby="cleanup">
      <div className="lk-row">
        <div>
          <h2 id="cleanup">{text('overview.cleanup')}</h2>
          <p className="lk-muted">{text('overview.cleanup-effect')}</p>
        </div>
        <Button disabled={cleanup.isPending} onClick={() => cleanup.run()}>
          {text(cleanup.isPending ? 'overview.cleanup-running' : 'overview.cleanup-run')}
        </Button>
      </div>
      <Failure error={cleanup.error} />
      <Done>{cleanup.result === null ? '' : outcomeText(cleanup.result, words)}</Done>
    </section>
  )
}

function outcomeText(
  outcome: AnswerTo<'POST /v1/admin/cleanup'>,
  { text }: ReturnType<typeof useText>,
): string {
  if ('skipped' in outcome) return text('overview.cleanup-skipped')
  const { deletedSessions: sessions, deletedEvents: events, tookMs: milliseconds } = outcome
  return text('overview.cleanup-done', { sessions, events, milliseconds })
}
