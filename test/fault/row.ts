import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, Post } from './bench.ts'
import { check } from './checker.ts'
import { type CheckSettings, type Evidence, isOut, type Violation } from './evidence.ts'
import { readFacts } from './facts.ts'
import { createHistory, type History, type Operation } from './history.ts'
import { type Load, startLoad } from './load.ts'
import { type Measurement, measure } from './measure.ts'
import { createPerson, type Person } from './person.ts'
import { createRandom, type Random } from './random.ts'
import { recovered } from './recovery.ts'
import { describeViolations } from './report.ts'
import { recoveryLimitMs } from './rules/time.ts'

/** One fault, from its beginning to its end. */
export type Row = {
  title: string
  /** Returns when the fault is over: everything is as before, and has only to be noticed. */
  fault(stage: Stage): Promise<void>
  /** Which calls the design lets fail meanwhile; default: none. */
  mayFail?: (operation: Operation) => boolean
  /** Begins what takes long and needs nothing of the bench, while the row before is prepared. */
  early?: () => void
  /** What takes long and disturbs nobody; before the load begins. */
  prepare?: (bench: Bench) => Promise<void>
  /** Ends what was prepared, however the row has ended. */
  tidy?: () => Promise<void>
  /** Why not, where this machine lacks something; null: it can. */
  cannotRun?: () => Promise<string | null>
}

/** What a row acts on. */
export type Stage = {
  bench: Bench
  load: Load
  /** Somebody whom the load does not move. */
  guest: Person
  history: History
  random: Random
  hold(ms: number): Promise<void>
  /** From here until the returned function is called, that instance's answers are not asked for. */
  out(post: Post): () => void
  /** Stops it in order and starts it again, with these settings beside its own. */
  restart(post: Post, extra?: NodeJS.ProcessEnv): Promise<void>
  /** What is answered within this time, a promotion may lose. */
  rewound(from: number, to: number): void
}

export type Outcome = {
  measurement: Measurement
  violations: readonly Violation[]
  /** The violations and what led to them, for people; null: there are none. */
  failure: string | null
}

const people = 6
/** Long enough for everybody to be signed in and cached everywhere. */
const warmUpMs = 1_200
/** The guest insists for so long, counted from the row's beginning. */
const guestPatienceMs = 20_000
/** What was sent while an instance was away may only fail a moment after it is back. */
const settleMs = 200

/** Runs the load, does the fault, waits for the recovery, and has the checker look at all of it. */
export async function runRow(bench: Bench, row: Row, seed: number): Promise<Outcome> {
  try {
    await row.prepare?.(bench)
    return await runPrepared(bench, row, seed)
  } finally {
    await row.tidy?.()
  }
}

async function runPrepared(bench: Bench, row: Row, seed: number): Promise<Outcome> {
  const history = createHistory()
  const random = createRandom(seed)
  const [account, ...accounts] = await bench.createAccounts(people + 1)
  if (account === undefined) throw new Error('there is no account for the guest')
  const origin = history.now()
  let ailments: string[] = []
  const load = startLoad({ accounts, targets: bench.posts, history, random })
  const isOver = () => history.undisturbedMs(origin, history.now()) > guestPatienceMs
  const guest = createPerson({ account, targets: bench.posts, history, random, isOver })
  const out: (Evidence['out'][number] & { to: number })[] = []
  let rewound: CheckSettings['rewound'] = null
  const fault = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const stage: Stage = {
    bench,
    load,
    guest,
    history,
    random,
    hold: ms => sleep(ms),
    out(post) {
      const interval = { instance: post.name, from: history.now(), to: Number.POSITIVE_INFINITY }
      out.push(interval)
      return () => {
        interval.to = history.now()
      }
    },
    async restart(post, extra) {
      const back = stage.out(post)
      await post.stop()
      await post.start(extra)
      await sleep(settleMs)
      back()
    },
    rewound(from, to) {
      rewound = { from, to }
    },
  }

  try {
    await sleep(warmUpMs)
    fault.from = history.now()
    await row.fault(stage)
    fault.to = history.now()
    await recovered(history, fault.to, operation => isOut(operation, { out }))
    ailments = await bench.ailments(() => history.undisturbedMs(fault.to, history.now()) > recoveryLimitMs)
  } finally {
    await load.stop()
    history.close()
  }

  const evidence: Evidence = {
    operations: history.operations,
    facts: await readFacts(bench.postgres(), [...load.users, guest.userId]),
    fault,
    out,
    undisturbedMs: history.undisturbedMs,
    settings: {
      rotationGraceMs: bench.rotationGraceMs,
      mayFail: row.mayFail ?? (() => false),
      rewound,
    },
  }
  const violations = [
    ...ailments.map((what): Violation => ({ rule: 'recovery', what, operations: [] })),
    ...check(evidence),
  ]
  const isCounted = (operation: Operation) => !isOut(operation, evidence)
  const measurement = measure(row.title, history.operations, fault, isCounted, violations.length)
  if (violations.length === 0) return { measurement, violations, failure: null }
  const head = `${violations.length} violations in ${history.operations.length} operations; seed ${seed}; the fault lasted from ${seconds(fault.from - origin)} to ${seconds(fault.to - origin)}`
  const logs = bench.posts.flatMap(post => lastWords(post, origin))
  const failure = [head, describeViolations(violations, origin), 'last log lines:', ...logs].join('\n')
  await bench.mend()
  return { measurement, violations, failure }
}

/** Of an instance that has crashed, what it said of it; else the last thing that it noticed. */
function lastWords(post: Post, since: number): string[] {
  const count = post.crashed() === null ? 1 : 14
  return post
    .log(since)
    .slice(-count)
    .map(line => `  ${post.name} ${line.slice(0, 200)}`)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}
