import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { History } from './history.ts'
import { createPerson, type Held, type Person, type Target } from './person.ts'
import type { Random } from './random.ts'

export type Load = {
  users: readonly string[]
  people: readonly Person[]
  /** Lets what is under way end, and returns when nothing is. */
  stop(): Promise<void>
}

export type LoadOptions = {
  accounts: readonly { userId: string; email: string; password: string }[]
  targets: readonly Target[]
  history: History
  random: Random
}

/** Milliseconds between two calls of one asker, and two acts of one person. Two cores carry six people at this pace. */
const askPause = { from: 15, to: 45 }
const actPause = { from: 120, to: 320 }
const wantedSessions = 3

/** People who use their devices all the while, until they are told to stop. */
export function startLoad({ accounts, targets, history, random }: LoadOptions): Load {
  const stopping = new AbortController()
  // Each loop listens while it pauses.
  setMaxListeners(0, stopping.signal)
  const isOver = () => stopping.signal.aborted
  const people = accounts.map(account => createPerson({ account, targets, history, random, isOver }))

  async function loop(pause: { from: number; to: number }, turn: () => Promise<void>): Promise<void> {
    while (!isOver()) {
      await turn()
      // Nobody has to be waited for who only pauses.
      await sleep(random.between(pause.from, pause.to), null, { signal: stopping.signal }).catch(() => {})
    }
  }

  const loops = people.flatMap(person => [
    loop(askPause, () => askOnce(person, random)),
    loop(actPause, () => actOnce(person, random)),
  ])

  return {
    users: people.map(({ userId }) => userId),
    people,
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

/** What other services do all day; about those who are gone too, for that is where a lie would show. */
async function askOnce(person: Person, random: Random): Promise<void> {
  const gone = random.pick(person.ended())
  if (gone !== undefined && random.chance(0.3)) {
    if (random.chance(0.1)) await person.tryRefresh(gone)
    else await person.verify(gone)
    return
  }
  const held = random.pick(person.live())
  if (held !== undefined) await person.verify(held)
}

async function actOnce(person: Person, random: Random): Promise<void> {
  const live = person.live()
  const held = random.pick(live)
  if (held === undefined || live.length < wantedSessions) return await person.signIn()
  const other = random.pick(live.filter(candidate => candidate !== held)) ?? held
  const act = random.weighted(acts)
  await act?.(person, held, other)
}

type Act = (person: Person, held: Held, other: Held) => Promise<unknown>

const acts: readonly (readonly [weight: number, act: Act])[] = [
  [34, (person, held) => person.refresh(held)],
  // Two tabs at once.
  [8, (person, held) => Promise.all([person.refresh(held), person.refresh(held)])],
  [16, (person, held) => person.list(held)],
  [4, person => person.signIn()],
  [12, (person, held, other) => person.revoke(held, other)],
  // A refresh that races its own end.
  [5, (person, held, other) => Promise.all([person.refresh(other), person.revoke(held, other)])],
  [8, (person, held) => person.logout(held)],
  [3, (person, held) => person.revokeOthers(held)],
  [1, (person, held) => person.changePassword(held)],
  [3, (person, held) => person.presentStale(held)],
]
