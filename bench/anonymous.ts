import { parseArgs } from 'node:util'
import { ask, flood } from './anonymous/flooding.ts'
import { floodsOf, floor, verify } from './anonymous/floods.ts'
import { prepare } from './anonymous/instance.ts'
import { shareCores } from './field/cores.ts'
import type { Message } from './load/job.ts'
import { cpuSeconds } from './measure/process.ts'

/**
 * What a flood by callers without a valid credential does to verify: its latency at a fixed rate, from a gateway with a
 * service key, while each kind comes in over 64 connections. Each kind is held against `GET /health/live`, which does
 * nothing: once as fast as it is answered, and once at a fixed rate. Fails when a median is more than twice that. The
 * processor time of the instance for each answer hardly depends on what else the machine does.
 *
 *     npm run bench:anonymous -- [--seconds 10] [--only PATTERN]
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, only: { type: 'string', default: '' } },
})
const milliseconds = Number(values.seconds) * 1000
const connections = 64
const verifiesPerSecond = 200
const floodsPerSecond = 1_000
const mostTimesTheFloor = 2
/** So that the flood is under way when the measurement begins. */
const headStartMs = 500

/** `cpuMs`: of the instance, for each answer; null where the system does not tell it. */
type Beside = { answered: number; p50: number; p99: number; cpuMs: number | null }

const cores = await shareCores()
const { instance, gatewayKey, material } = await prepare(cores)
const { url } = instance

async function verifying(time: number): Promise<{ p50: number; p99: number }> {
  const messages = [verify(material.accessToken, gatewayKey)]
  const order = { url, messages, connections: 16, milliseconds: time, requestsPerSecond: verifiesPerSecond }
  const { p50Ms, p99Ms } = await ask(order)
  return { p50: p50Ms ?? Number.NaN, p99: p99Ms ?? Number.NaN }
}

async function beside(
  messages: readonly Message[] | null,
  requestsPerSecond: number | null,
): Promise<Beside> {
  const whole = milliseconds + 2 * headStartMs
  const before = await cpuSeconds(instance.pid)
  const flooding = flood({ url, messages, connections, milliseconds: whole, requestsPerSecond })
  await new Promise(resolve => setTimeout(resolve, headStartMs))
  const measured = await verifying(milliseconds)
  const answered = await flooding
  const after = await cpuSeconds(instance.pid)
  const answers = (answered * whole + verifiesPerSecond * milliseconds) / 1000
  return {
    answered,
    ...measured,
    cpuMs: before === null || after === null ? null : ((after - before) * 1000) / answers,
  }
}

const cpu = ({ cpuMs }: Beside) => (cpuMs === null ? '–' : cpuMs.toFixed(3))
const figure = (value: number) => value.toFixed(value < 10 ? 2 : 1)
const times = (value: number, floorValue: number) => `${(value / floorValue).toFixed(1)} ×`

function row(name: string, fast: Beside, paced: Beside, fastFloor: Beside, pacedFloor: Beside): string {
  const cells = [
    name,
    String(Math.round(fast.answered)),
    `${cpu(fast)} (${cpu(fastFloor)})`,
    `${figure(fast.p50)} / ${figure(fast.p99)}`,
    times(fast.p50, fastFloor.p50),
    `${figure(paced.p50)} / ${figure(paced.p99)}`,
    times(paced.p50, pacedFloor.p50),
  ]
  return `| ${cells.join(' | ')} |`
}

const calm = await verifying(milliseconds)
console.log(`verify without a flood: p50 ${figure(calm.p50)} ms, p99 ${figure(calm.p99)} ms\n`)
console.log(
  `| Flood | Answered a second | Processor time an answer, ms (floor) | Verify p50 / p99, ms | Times the floor | At ${floodsPerSecond} a second, ms | Times the floor |`,
)
console.log('|---|---|---|---|---|---|---|')

const kinds = [...floodsOf(material), { name: 'connections that are opened and closed', messages: null }]
let failed = 0
for (const { name, messages } of kinds.filter(kind => kind.name.includes(values.only))) {
  // Beside its floor in time: what else the machine does then concerns both.
  const fastFloor = await beside(floor.messages, null)
  const fast = await beside(messages, null)
  const pacedFloor = await beside(floor.messages, floodsPerSecond)
  const paced = await beside(messages, floodsPerSecond)
  console.log(row(name, fast, paced, fastFloor, pacedFloor))
  const ratios = [fast.p50 / fastFloor.p50, paced.p50 / pacedFloor.p50]
  if (ratios.some(ratio => ratio > mostTimesTheFloor)) failed++
}
await instance.stop()
if (failed > 0) {
  console.error(
    `${failed} kinds of flood move verify more than ${mostTimesTheFloor} times as far as the floor does`,
  )
  process.exitCode = 1
}
