import type { RunningContestant, Surroundings } from '../contestants/contestant.ts'
import { latchkey } from '../contestants/latchkey.ts'
import { connections } from '../field.ts'
import { type Load, startLoad } from '../load/load.ts'
import type { RequestFiles } from '../load/request-files.ts'
import { cpuSeconds } from '../measure/process.ts'
import { median } from '../measure/statistics.ts'
import { bearer, verifyMessage } from '../rows/answers.ts'
import type { Side } from './rows.ts'

/** What so many instances answer together, on all cores that there are: the load and the stores have no others. */
export type ProcessFigures = {
  processes: number
  requestsPerSecond: number
  /** Of all instances together; null where the system does not tell. */
  cpuSecondsPer1000: number | null
}

type Turn = Omit<ProcessFigures, 'processes'>

const counts = [1, 2]
const warmUpSeconds = 2
/** What the service keeps in memory unless told otherwise. */
const nearCacheMaxSessions = 50_000

/** Instances that share a Postgres and a Redis, each with its share of the connections, as behind a balancer. */
export async function measureProcesses(
  { databaseUrl, sample }: { databaseUrl: string; sample: Side['sample'] },
  surroundings: Surroundings,
  files: RequestFiles,
  { rounds, seconds, signal }: { rounds: number; seconds: number; signal: AbortSignal },
): Promise<ProcessFigures[]> {
  const messages = files.messages(sample.verify.map(session => verifyMessage(bearer(session.accessToken))))
  const redisUrl = surroundings.stores.redis()
  const everywhere = { ...surroundings, cores: allCores(surroundings.cores) }
  const instances: RunningContestant[] = []
  const loads: Load[] = []
  try {
    for (let number = 1; number <= Math.max(...counts); number++) {
      const name = `process ${number}`
      const contestant = latchkey(name, { redis: 'up', databaseUrl, redisUrl, nearCacheMaxSessions })
      instances.push(await contestant.start(everywhere))
      loads.push(startLoad(true))
    }
    const lanes = instances.flatMap((instance, index) => {
      const load = loads[index]
      return load === undefined ? [] : [{ instance, load }]
    })
    const take = (count: number, duration: number) => takeTurn(lanes.slice(0, count), messages, duration)
    for (const count of counts) await take(count, warmUpSeconds)
    const turns = new Map<number, Turn[]>(counts.map(count => [count, []]))
    for (let round = 0; round < rounds; round++) {
      for (const count of round % 2 === 0 ? counts : counts.toReversed()) {
        signal.throwIfAborted()
        turns.get(count)?.push(await take(count, seconds))
      }
    }
    return [...turns].map(([processes, taken]) => ({ processes, ...mediansOf(taken) }))
  } finally {
    await Promise.all([...instances, ...loads].map(one => one.stop()))
  }
}

async function takeTurn(
  lanes: readonly { instance: RunningContestant; load: Load }[],
  messages: string,
  seconds: number,
): Promise<Turn> {
  const before = await cpuOf(lanes)
  const results = await Promise.all(
    lanes.map(({ instance, load }) =>
      load.run({
        url: instance.url,
        work: { kind: 'cycle', messages },
        expect: [204],
        milliseconds: seconds * 1000,
        connections: connections / lanes.length,
      }),
    ),
  )
  const after = await cpuOf(lanes)
  const requests = results.reduce((sum, result) => sum + result.requests, 0)
  return {
    requestsPerSecond: results.reduce((sum, result) => sum + result.requests / result.seconds, 0),
    cpuSecondsPer1000: before === null || after === null ? null : ((after - before) / requests) * 1000,
  }
}

async function cpuOf(lanes: readonly { instance: RunningContestant }[]): Promise<number | null> {
  const used = await Promise.all(lanes.map(({ instance }) => cpuSeconds(instance.pid)))
  return used.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0)
}

function mediansOf(turns: readonly Turn[]): Turn {
  const cpu = turns.map(turn => turn.cpuSecondsPer1000).filter(value => value !== null)
  return {
    requestsPerSecond: median(turns.map(turn => turn.requestsPerSecond)),
    cpuSecondsPer1000: cpu.length === 0 ? null : median(cpu),
  }
}

/** Elsewhere a server has one core to itself. */
function allCores(cores: Surroundings['cores']): Surroundings['cores'] {
  return cores === null ? null : { ...cores, server: `${cores.others},${cores.server}` }
}
