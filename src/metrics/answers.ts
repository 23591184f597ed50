import { Counter, type Registry } from 'prom-client'
import type { ProblemCode } from '../errors.ts'

/** Counts by itself between two scrapes, as every request passes here: no look-up by labels, and no histogram. */
export function answerCounter(registers: Registry[]): (route: string, statusCode: number) => void {
  const counts = new Map<string, number[]>()
  new Counter({
    name: 'latchkey_http_requests_total',
    help: 'Requests that were answered, by route and class of status.',
    labelNames: ['route', 'status'],
    registers,
    collect() {
      this.reset()
      for (const [route, byClass] of counts) {
        byClass.forEach((count, index) => {
          if (count > 0) this.inc({ route, status: `${index}xx` }, count)
        })
      }
    },
  })
  return (route, statusCode) => {
    let byClass = counts.get(route)
    if (byClass === undefined) {
      byClass = [0, 0, 0, 0, 0, 0]
      counts.set(route, byClass)
    }
    const index = Math.floor(statusCode / 100)
    byClass[index] = (byClass[index] ?? 0) + 1
  }
}

export function faultCounter(registers: Registry[]): (code: ProblemCode) => void {
  const faults = new Counter({
    name: 'latchkey_http_faults_total',
    help: 'Requests that were answered with a status of 5xx, by the code of the problem.',
    labelNames: ['code'],
    registers,
  })
  return code => faults.inc({ code })
}
