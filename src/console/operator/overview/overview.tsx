import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Failure } from '../../controls/dialog.tsx'
import { Switch } from '../../controls/switch.tsx'
import { usePollMs } from '../../shell/presence.ts'
import { Ago, lengthInWords } from '../../time/time.tsx'
import { Cleanup } from './cleanup.tsx'
import { Shares } from './shares.tsx'
import { Stores } from './stores.tsx'

const Charts = lazy(() => import('./charts.tsx'))

const spans = { hour: 'Last hour', day: 'Last day' } as const

export default function Overview() {
  const client = useLatchkey()
  const refetchInterval = usePollMs(5_000)
  const [span, setSpan] = useState<'hour' | 'day'>('hour')
  const { data: stats, error } = useQuery({
    queryKey: ['stats'],
    queryFn: () => client.request('GET /v1/admin/stats'),
    refetchInterval,
  })
  const happened = span === 'hour' ? stats?.lastHour : stats?.lastDay
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Overview</h1>
          <p>{stats === undefined ? 'Counting…' : <CountedAt at={stats.asOf} />}</p>
        </div>
        <Switch legend="Time span" options={spans} value={span} onValue={setSpan} />
      </header>
      {stats === undefined || happened === undefined ? (
        <Failure error={error} />
      ) : (
        <Figures stats={stats} happened={happened} />
      )}
      <Stores />
      <Suspense fallback={null}>
        <Charts span={span} />
      </Suspense>
      {stats !== undefined && happened !== undefined && (
        <div className="thirds">
          <Shares title="Live sessions by client type" counts={stats.live.byClientType} />
          <Shares title="Live sessions by method" counts={stats.live.byAuthMethod} />
          <Shares title="Revoked by reason" counts={happened.revoked} />
        </div>
      )}
      <Cleanup />
    </>
  )
}

function CountedAt({ at }: { at: string }) {
  return (
    <>
      Counted <Ago at={at} />.
    </>
  )
}

type Stats = AnswerTo<'GET /v1/admin/stats'>

/** What is not counted by the charts below. */
function Figures({ stats, happened }: { stats: Stats; happened: Stats['lastHour'] }) {
  const figures = [
    ['Live sessions', stats.live.total.toLocaleString('en')],
    ['Their average age', stats.live.total === 0 ? '–' : lengthInWords(stats.averageAgeSeconds)],
    ['Begun', happened.created.toLocaleString('en')],
    ['Expired', happened.expired.toLocaleString('en')],
  ] as const
  return (
    <dl className="figures-row">
      {figures.map(([title, value]) => (
        <div key={title} className="panel">
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
