import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { answerMetrics } from '../../../src/metrics/answers.ts'

function measured() {
  const registry = new Registry()
  return { ...answerMetrics([registry]), counted: () => registry.metrics() }
}

const name = 'latchkey_http_request_duration_seconds'

describe('the durations of answers', () => {
  it('are cumulative by bucket, with the sum and the count, for each route, method and status class', () => {
    const { answered, durations } = measured()
    answered('/v1/verify', 'GET', 204, 0.3)
    answered('/v1/verify', 'GET', 204, 1)
    answered('/v1/verify', 'GET', 204, 7)
    answered('/v1/verify', 'GET', 204, 3_000)
    answered('/v1/verify', 'GET', 401, 0.1)
    const labels = 'route="/v1/verify",method="GET",status="2xx"'
    const lines = durations().split('\n')
    expect(lines).toContain(`# TYPE ${name} histogram`)
    expect(lines.filter(line => line.includes(`{${labels}`))).toEqual([
      ...[
        ['0.001', 2],
        ['0.0025', 2],
        ['0.005', 2],
        ['0.01', 3],
        ['0.025', 3],
        ['0.05', 3],
        ['0.1', 3],
        ['0.25', 3],
        ['0.5', 3],
        ['1', 3],
        ['2.5', 3],
        ['+Inf', 4],
      ].map(([bound, count]) => `${name}_bucket{${labels},le="${bound}"} ${count}`),
      expect.stringMatching(/_sum\{.+\} 3\.0083/),
      `${name}_count{${labels}} 4`,
    ])
    expect(lines).toContain(`${name}_count{route="/v1/verify",method="GET",status="4xx"} 1`)
  })

  it('have one label for all methods that no route has, however many a caller tries', async () => {
    const { answered, durations, counted } = measured()
    for (const method of ['PROPFIND', 'BREW', 'TRACE']) answered('none', method, 405, 1)
    answered('none', 'GET', 404, 1)
    const counts = durations()
      .split('\n')
      .filter(line => line.startsWith(`${name}_count`))
    expect(counts).toEqual([
      `${name}_count{route="none",method="other",status="4xx"} 3`,
      `${name}_count{route="none",method="GET",status="4xx"} 1`,
    ])
    expect(await counted()).toContain('latchkey_http_requests_total{route="none",status="4xx"} 4')
  })

  it('have one label for all assets of the console, whose names change with each release', async () => {
    const { answered, durations, counted } = measured()
    for (const name of ['index-CgZNBIx3.js', 'charts-CnsZ1jie.css'])
      answered(`/console/assets/${name}`, 'GET', 200, 1)
    answered('/console/', 'GET', 200, 1)
    expect(durations()).toContain(`_count{route="/console/assets/*",method="GET",status="2xx"} 2`)
    expect(durations()).toContain(`_count{route="/console/",method="GET",status="2xx"} 1`)
    expect(await counted()).toContain(
      'latchkey_http_requests_total{route="/console/assets/*",status="2xx"} 2',
    )
  })
})
