import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { clockTime, duration, LoadFailure, usePollMs } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Switch } from '../../controls/switch.tsx'
import { useText } from '../../text/text.tsx'
import { ChartsSkeleton } from './charts-skeleton.tsx'
import { Cleanup } from './cleanup.tsx'
import { Shares } from './shares.tsx'
import { Stores } from './stores.tsx'

const Charts = lazy(() => import('./charts.tsx'))

/** Its first row answers whether the service is healthy. */
export default function Overview() {
  const { text, locale } = useText()
  const client = useLatchkey()
  const refetchInterval = usePollMs(5_000)
  const [span, setSpan] = useState<'hour' | 'day'>('hour')
  const { data: stats, error } = useQuery({
    queryKey: ['stats'],
    queryFn: () => client.request('GET /v1/admin/stats'),
    refetchInterval,
  })
  const happened = span === 'hour' ? stats?.lastHour : stats?.lastDay
  const updated =
    stats === undefined
      ? text('overview.loading')
      : text('overview.updated', { time: clockTime(stats.asOf, locale) })
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{text('shell.overview')}</h1>
          <p className="lk-figures">{updated}</p>
        </div>
        <Switch
          legend={text('overview.span')}
          options={{ hour: text('overview.last-hour'), day: text('overview.last-day') }}
          value={span}
          onValue={setSpan}
        />
      </header>
      <LoadFailure error={error} />
      <Stores />
      <Figures stats={stats} happened={happened} />
      <Suspense fallback={<ChartsSkeleton />}>
        <Charts span={span} />
      </Suspense>
      <div className="thirds">
        <Shares title={text('overview.by-client-type')} counts={stats?.live.byClientType} />
        <Shares title={text('overview.by-method')} counts={stats?.live.byAuthMethod} />
        <Shares title={text('overview.by-reason')} counts={happened?.revoked} />
      </div>
      <Cleanup />
    </>
  )
}

type Stats = AnswerTo<'GET /v1/admin/stats'>
type Figured = { stats: Stats | undefined; happened: Stats['lastHour'] | undefined }

/** The numbers that no chart shows. While they load, a dash stands in each place. */
function Figures({ stats, happened }: Figured) {
  const { text, locale } = useText()
  const digits = (count: number | undefined) => (count === undefined ? '–' : count.toLocaleString(locale))
  const hasAge = stats !== undefined && stats.live.total > 0
  const figures = [
    [text('overview.live-sessions'), digits(stats?.live.total)],
    [text('overview.average-age'), hasAge ? duration(stats.averageAgeSeconds, locale) : '–'],
    [text('overview.started'), digits(happened?.created)],
    [text('overview.expired'), digits(happened?.expired)],
  ] as const
  return (
    <dl className="figures-row">
      {figures.map(([title, value]) => (
        <div key={title} className="lk-panel">
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
