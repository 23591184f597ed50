import { Counter, type Registry } from 'prom-client'
import type { ProblemCode } from '../errors.ts'

const durationName = 'latchkey_http_request_duration_seconds'
/** Upper bounds in seconds; no request takes over two. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
/** Of one class of status: a bucket for each bound, and one for all above. */
const width = bounds.length + 1
/** Index 2 is 2xx. */
const classes = 6
/** All others share a label: a caller may send any of some forty. */
const namedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Of one route and method. Not cumulative: that is made of it at a scrape. */
type Measured = { counts: Float64Array; sums: Float64Array }

type Answers = {
  /** On the path of every request: no look-up by labels, and no allocation. */
  answered(route: string, method: string, statusCode: number, tookMs: number): void
  /** The durations in the text format of Prometheus; the library has no histogram that is filled at a scrape. */
  durations(): string
}

/** Counts and durations of all answers, from the same arrays. */
export function answerMetrics(registers: Registry[]): Answers {
  const routes = new Map<string, Map<string, Measured>>()
  new Counter({
    name: 'latchkey_http_requests_total',
    help: 'Answered requests by route and status class.',
    labelNames: ['route', 'status'],
    registers,
    collect() {
      this.reset()
      for (const { route, status, buckets } of measuredIn(routes)) this.inc({ route, status }, total(buckets))
    },
  })
  return {
    answered(route, method, statusCode, tookMs) {
      const { counts, sums } = measuredOf(routes, route, method)
      const status = Math.floor(statusCode / 100)
      const seconds = tookMs / 1000
      let bucket = 0
      // From the smallest: nearly all requests are in the first few.
      while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++
      const at = status * width + bucket
      counts[at] = (counts[at] ?? 0) + 1
      sums[status] = (sums[status] ?? 0) + seconds
    },
    durations: () => durationLines(routes).join('\n'),
  }
}

function measuredOf(routes: Map<string, Map<string, Measured>>, route: string, method: string): Measured {
  const known = routes.get(route)?.get(method)
  if (known !== undefined) return known
  const label = namedMethods.includes(method) ? method : 'other'
  return routes.get(route)?.get(label) ?? add(routes, route, label)
}

function add(routes: Map<string, Map<string, Measured>>, route: string, method: string): Measured {
  const methods = routes.get(route) ?? new Map<string, Measured>()
  const made = { counts: new Float64Array(classes * width), sums: new Float64Array(classes) }
  routes.set(route, methods.set(method, made))
  return made
}

function* measuredIn(routes: Map<string, Map<string, Measured>>) {
  for (const [route, methods] of routes) {
    for (const [method, { counts, sums }] of methods) {
      for (let index = 0; index < classes; index++) {
        const buckets = counts.subarray(index * width, (index + 1) * width)
        if (total(buckets) > 0) yield { route, method, status: `${index}xx`, buckets, sum: sums[index] ?? 0 }
      }
    }
  }
}

function durationLines(routes: Map<string, Map<string, Measured>>): string[] {
  const lines = [
    `# HELP ${durationName} Time from the end of the request's headers to the answer, by route, method and status class.`,
    `# TYPE ${durationName} histogram`,
  ]
  for (const { route, method, status, buckets, sum } of measuredIn(routes)) {
    const labels = `route="${route}",method="${method}",status="${status}"`
    let within = 0
    buckets.forEach((count, index) => {
      within += count
      lines.push(`${durationName}_bucket{${labels},le="${bounds[index] ?? '+Inf'}"} ${within}`)
    })
    lines.push(`${durationName}_sum{${labels}} ${sum}`, `${durationName}_count{${labels}} ${within}`)
  }
  return lines
}

function total(buckets: Float64Array): number {
  return buckets.reduce((sum, count) => sum + count, 0)
}

export function faultCounter(registers: Registry[]): (code: ProblemCode) => void {
  const faults = new Counter({
    name: 'latchkey_http_faults_total',
    help: 'Requests answered with a 5xx status, by problem code.',
    labelNames: ['code'],
    registers,
  })
  return code => faults.inc({ code })
}
