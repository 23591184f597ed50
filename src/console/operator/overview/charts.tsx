import { useLatchkey } from '@latchkey/react'
import { LoadFailure, usePollMs } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useText } from '../../text/text.tsx'
import { Chart } from './chart.tsx'
import { ChartsSkeleton } from './charts-skeleton.tsx'

const charts = [
  {
    title: 'chart.sign-ins',
    lines: [
      ['signedIn', 'chart.signed-in', 'blue'],
      ['signInFailed', 'chart.failed', 'amber'],
    ],
  },
  { title: 'chart.refreshes', lines: [['refreshed', 'chart.refreshed', 'green']] },
  { title: 'chart.revocations', lines: [['revoked', 'chart.revoked', 'violet']] },
  {
    title: 'chart.lockouts',
    lines: [
      ['locked', 'chart.locked', 'amber'],
      ['reused', 'chart.reused', 'red'],
    ],
  },
] as const

export default function Charts({ span }: { span: 'hour' | 'day' }) {
  const { text } = useText()
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
        title: text(title),
        series: lines.map(([name, label, color]) => ({
          label: text(label),
          color,
          values: data.points.map(point => point[name]),
        })),
      })),
    }
  }, [data, text])
  if (drawn === null) return error === null ? <ChartsSkeleton /> : <LoadFailure error={error} />
  return (
    <div className="halves">
      {drawn.charts.map(({ title, series }) => (
        <Chart key={title} title={title} times={drawn.times} series={series} />
      ))}
    </div>
  )
}
