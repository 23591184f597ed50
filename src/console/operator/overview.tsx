import { useMutation, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { AnswerTo } from '../../client/index.ts'
import { useLatchkey, useSession } from '../../react/index.ts'
import { Failure } from '../dialog.tsx'
import { usePollMs } from '../presence.ts'
import { Ago } from '../time.tsx'
import { whatWentWrong } from '../words.ts'
import { Stores } from './stores.tsx'

const Charts = lazy(() => import('./charts.tsx'))

export default function Overview() {
  const client = useLatchkey()
  const refetchInterval = usePollMs(5_000)
  const [span, setSpan] = useState<'hour' | 'day'>('hour')
  const stats = useQuery({
    queryKey: ['stats'],
    queryFn: () => client.request('GET /v1/admin/stats'),
    refetchInterval,
  })
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Overview</h1>
          <p>
            {stats.data === undefined ? (
              'Counting…'
            ) : (
              <>
                Counted <Ago at={stats.data.asOf} />.
              </>
            )}
          </p>
        </div>
        <fieldset className="switch">
          <legend className="hidden">Time span</legend>
          {(['hour', 'day'] as const).map(value => (
            <label key={value}>
              <input type="radio" name="span" checked={span === value} onChange={() => setSpan(value)} />
              <span>Last {value}</span>
            </label>
          ))}
        </fieldset>
      </header>
      {stats.data === undefined ? (
        <Failure error={stats.error} />
      ) : (
        <Figures stats={stats.data} happened={span === 'hour' ? stats.data.lastHour : stats.data.lastDay} />
      )}
      <Suspense fallback={null}>
        <Charts span={span} />
      </Suspense>
      {stats.data !== undefined && (
        <div className="halves">
          <Shares title="Live sessions by client type" counts={stats.data.live.byClientType} />
          <Shares title="Live sessions by method" counts={stats.data.live.byAuthMethod} />
        </div>
      )}
      <Stores />
      <Cleanup />
    </>
  )
}

type Stats = AnswerTo<'GET /v1/admin/stats'>

function Figures({ stats, happened }: { stats: Stats; happened: Stats['lastHour'] }) {
  const revoked = Object.values(happened.revoked).reduce((sum, count) => sum + count, 0)
  const figures = [
    ['Live sessions', stats.live.total],
    ['Begun', happened.created],
    ['Refreshes', happened.refreshed],
    ['Revoked', revoked],
    ['Expired', happened.expired],
  ] as const
  return (
    <dl className="figures-row">
      {figures.map(([title, value]) => (
        <div key={title} className="panel">
          <dt>{title}</dt>
          <dd className="figures">{value.toLocaleString('en')}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Bars of HTML, longest first: a number beside each says the same. */
function Shares({ title, counts }: { title: string; counts: Record<string, number> }) {
  const entries = useMemo(() => Object.entries(counts).toSorted((a, b) => b[1] - a[1]), [counts])
  const most = entries[0]?.[1] ?? 1
  return (
    <section className="panel">
      <h3>{title}</h3>
      {entries.length === 0 && <p className="muted">There are none.</p>}
      <ul className="shares">
        {entries.map(([name, count]) => (
          <li key={name}>
            <span>{name}</span>
            <meter min={0} max={most} value={count} aria-label={name} />
            <strong className="figures">{count.toLocaleString('en')}</strong>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Cleanup() {
  const client = useLatchkey()
  const { user } = useSession()
  const cleanup = useMutation({ mutationFn: () => client.request('POST /v1/admin/cleanup') })
  if (user?.permissions.includes('sessions:cleanup') !== true) return null
  return (
    <section className="panel row">
      <div>
        <h3>Clean up</h3>
        <p className="muted">
          Deletes sessions that have ended and events past their time, for about a second. The service does it
          by itself as well; expiry never waits for it.
        </p>
        <p role="status">{outcomeOf(cleanup)}</p>
      </div>
      <button type="button" disabled={cleanup.isPending} onClick={() => cleanup.mutate()}>
        {cleanup.isPending ? 'Cleaning…' : 'Clean up now'}
      </button>
    </section>
  )
}

function outcomeOf({
  data,
  error,
}: {
  data: AnswerTo<'POST /v1/admin/cleanup'> | undefined
  error: unknown
}) {
  if (error !== null) return whatWentWrong(error)
  if (data === undefined) return ''
  if ('skipped' in data) return 'Another run is under way.'
  return `Deleted ${data.deletedSessions} sessions and ${data.deletedEvents} events in ${data.tookMs} ms.`
}
