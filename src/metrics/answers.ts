import { Counter, type Registry } from 'prom-client'
import type { ProblemCode } from '../errors.ts'

const durationName = 'latchkey_http_request_duration_seconds'
/** Upper bounds in seconds; no request takes longer than two. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
/** For one status class: a bucket for each bound, and one above all. */
const width = bounds.length + 1
/** Index 2 is 2xx. */
const classes = 6
/** All others share a label: callers can send any of about forty. */
const namedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Asset names change with each release, and each is a separate route. */
const assets = /^\/console\/assets\/.+/

/** For one route and method. Not cumulative; a scrape adds them up. */
type Measured = { counts: Float64Array; sums: Float64Array }

type Methods = Map<string, Measured>

type Answers = {
  /** On the path of every request: no lookup by labels and no allocation. */
  answered(route: string, method: string, statusCode: number, tookMs: number): void
  /** The durations in the text format of Prometheus; the library has no histogram that is filled at a scrape. */
  durations(): string
}

/** Counts and durations of all responses, from the same arrays. */
export function answerMetrics(registers: Registry[]): Answers {
  /** By the label of the route. */
  const series = new Map<string, Methods>()
  /** The same maps by the route itself. */
  const routes = new Map<string, Methods>()

  function methodsOf(route: string): Methods {
    const label = route.replace(assets, '/console/assets/*')
    const methods = series.get(label) ?? new Map<string, Measured>()
    series.set(label, methods)
    routes.set(route, methods)
    return methods
  }

  new Counter({
    name: 'latchkey_http_requests_total',
    help: 'Answered requests by route and status class.',
    labelNames: ['route', 'status'],
    registers,
    collect() {
      this.reset()
      for (const { route, status, buckets } of measuredIn(series)) this.inc({ route, status }, total(buckets))
    },
  })
  return {
    answered(route, method, statusCode, tookMs) {
      const { counts, sums } = measuredOf(routes.get(route) ?? methodsOf(route), method)
      const status = Math.floor(statusCode / 100)
      const seconds = tookMs / 1000
      let bucket = 0
      // From the smallest: nearly all requests are in the first few.
      while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++
      const at = status * width + bucket
      counts[at] = (counts[at] ?? 0) + 1
      sums[status] = (sums[status] ?? 0) + seconds
    },
    durations: () => durationLines(series).join('\n'),
  }
}

function measuredOf(methods: Methods, method: string): Measured {
  const known = methods.get(method)
  if (known !== undefined) return known
  const label = namedMethods.includes(method) ? method : 'other'
  const made = methods.get(label) ?? {
    counts: new Float64Array(classes * width),
    sums: new Float64Array(classes),
  }
  methods.set(label, made)
  return made
}

function* measuredIn(series: ReadonlyMap<string, Methods>) {
  for (const [route, methods] of series) {
    for (const [method, { counts, sums }] of methods) {
      for (let index = 0; index < classes; index++) {
        const buckets = counts.subarray(index * width, (index + 1) * width)
        if (total(buckets) > 0) yield { route, method, status: `${index}xx`, buckets, sum: sums[index] ?? 0 }
      }
    }
  }
}

function durationLines(series: ReadonlyMap<string, Methods>): string[] {
  const lines = [
    `# HELP ${durationName} Time from the end of the request's headers to the answer, by route, method and status class.`,
    `# TYPE ${durationName} histogram`,
  ]
  for (const { route, method, status, buckets, sum } of measuredIn(series)) {
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
