import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { usePollMs } from '../../shell/presence.ts'
import { LoadFailure } from '../../status/failure.tsx'
import { Chart } from './chart.tsx'
import { ChartsSkeleton } from './charts-skeleton.tsx'

const charts = [
  {
    title: 'Sign-ins',
    lines: [
      ['signedIn', 'Signed in', 'blue'],
      ['signInFailed', 'Failed', 'amber'],
    ],
  },
  { title: 'Refreshes', lines: [['refreshed', 'Refreshed', 'green']] },
  { title: 'Revocations', lines: [['revoked', 'Revoked', 'violet']] },
  {
    title: 'Lockouts and reuse',
    lines: [
      ['locked', 'Locked', 'amber'],
      ['reused', 'Reuse', 'red'],
    ],
  },
] as const

export default function Charts({ span }: { span: 'hour' | 'day' }) {
  const client = useLatchkey()
  const refetchInterval = usePollMs(5_000)
  const { data, error } = useQuery({
    queryKey: ['history', span],
    queryFn: () => client.request('GET /v1/admin/stats/history', { query: { span } }),
    refetchInterval,
    placeholderData: previous => previous,
  })
  const drawn = useMemo(() => {
    if (data === undefined) return null
    return {
      times: data.points.map(({ at }) => Date.parse(at) / 1000),
      charts: charts.map(({ title, lines }) => ({
        title,
        series: lines.map(([name, label, colour]) => ({
          label,
          colour,
          values: data.points.map(point => point[name]),
        })),
      })),
    }
  }, [data])
  if (drawn === null) return error === null ? <ChartsSkeleton /> : <LoadFailure error={error} />
  return (
    <div className="halves">
      {drawn.charts.map(({ title, series }) => (
        <Chart key={title} title={title} times={drawn.times} series={series} />
      ))}
    </div>
  )
}
