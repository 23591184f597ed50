import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Switch } from '../../controls/switch.tsx'
import { usePollMs } from '../../shell/presence.ts'
import { LoadFailure } from '../../status/failure.tsx'
import { clockTimeOf, lengthInWords } from '../../time/time.tsx'
import { ChartsSkeleton } from './charts-skeleton.tsx'
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
          <p className="figures">{stats === undefined ? 'Loading…' : `Updated ${clockTimeOf(stats.asOf)}`}</p>
        </div>
        <Switch legend="Time span" options={spans} value={span} onValue={setSpan} />
      </header>
      <LoadFailure error={error} />
      <Figures stats={stats} happened={happened} />
      <Stores />
      <Suspense fallback={<ChartsSkeleton />}>
        <Charts span={span} />
      </Suspense>
      <div className="thirds">
        <Shares title="Live sessions by client type" counts={stats?.live.byClientType} />
        <Shares title="Live sessions by method" counts={stats?.live.byAuthMethod} />
        <Shares title="Revoked by reason" counts={happened?.revoked} />
      </div>
      <Cleanup />
    </>
  )
}

type Stats = AnswerTo<'GET /v1/admin/stats'>
type Figured = { stats: Stats | undefined; happened: Stats['lastHour'] | undefined }

/** The numbers that no chart shows. While they load, a dash stands in each place. */
function Figures({ stats, happened }: Figured) {
  const figures = [
    ['Live sessions', inDigits(stats?.live.total)],
    ['Average session age', averageAge(stats)],
    ['Started', inDigits(happened?.created)],
    ['Expired', inDigits(happened?.expired)],
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

function inDigits(count: number | undefined): string {
  return count === undefined ? '–' : count.toLocaleString('en')
}

function averageAge(stats: Stats | undefined): string {
  return stats === undefined || stats.live.total === 0 ? '–' : lengthInWords(stats.averageAgeSeconds)
}
