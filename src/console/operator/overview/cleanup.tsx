import type { AnswerTo } from '@latchkey/client'
import { useLatchkey, useSession } from '@latchkey/react'
import { useAction } from '../../controls/action.ts'
import { Done } from '../../status/done.tsx'
import { Failure } from '../../status/failure.tsx'

export function Cleanup() {
  const client = useLatchkey()
  const { user } = useSession()
  const cleanup = useAction({ mutationFn: () => client.request('POST /v1/admin/cleanup') })
  if (user?.permissions.includes('sessions:cleanup') !== true) return null
  return (
    <section className="panel" aria-labelledby="cleanup">
      <div className="row">
        <div>
          <h3 id="cleanup">Clean up</h3>
          <p className="muted">
            Removes expired sessions and old events. Runs for about a second; also runs on a schedule.
          </p>
        </div>
        <button type="button" disabled={cleanup.isPending} onClick={() => cleanup.run()}>
          {cleanup.isPending ? 'Cleaning…' : 'Clean up now'}
        </button>
      </div>
      <Failure error={cleanup.error} />
      <Done>{cleanup.data === undefined ? '' : outcomeOf(cleanup.data)}</Done>
    </section>
  )
}

function outcomeOf(outcome: AnswerTo<'POST /v1/admin/cleanup'>): string {
  if ('skipped' in outcome) return 'Another cleanup is running.'
  const { deletedSessions, deletedEvents, tookMs } = outcome
  return `Deleted ${deletedSessions} sessions and ${deletedEvents} events in ${tookMs} ms.`
}
