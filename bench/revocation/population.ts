import { ask } from '../../scripts/demo/http.ts'
import type { DemoRedis } from '../../scripts/demo/redis.ts'
import { readConfig } from '../../src/config/config.ts'
import { createLogger } from '../../src/observability.ts'
import { createServices } from '../../src/services.ts'
import { inLanes } from './lanes.ts'
import type { Held, Target } from './revoke.ts'

/** People with many devices each. */
export type Population = {
  /** Opens sessions, and has each instance say yes to each of them, from Redis. */
  open(count: number, targets: readonly Target[]): Promise<Held[]>
  close(): Promise<void>
}

const devicesOfOne = 100
const openedAtOnce = 8

/** By the service's own code, but past HTTP: hashing a password for each would take longer than all the rest. */
export async function openPopulation(env: NodeJS.ProcessEnv, redis: DemoRedis): Promise<Population> {
  const services = createServices(readConfig(env), createLogger('silent'))
  await services.start()
  const origin = { ipAddress: null, userAgent: null }
  let people = 0

  async function openPerson(): Promise<Person> {
    const email = `person-${people++}@example.com`
    const account = await services.accounts.register({ email, password: null }, { actor: 'cli', origin })
    return { userId: account.id, desk: await openSession(account.id) }
  }

  async function openSession(userId: string) {
    const started = await services.sessions.start({
      userId,
      clientType: 'web',
      authMethod: 'bench',
      deviceName: null,
      origin,
      stillStands: () => true,
    })
    if (started.kind !== 'started') throw new Error(`the session was not opened: ${started.kind}`)
    return { sessionId: started.sessionId, accessToken: started.tokens.accessToken }
  }

  async function openDevice({ userId, desk }: Person, targets: readonly Target[]): Promise<Held> {
    const held = await openSession(userId)
    // The first answer comes from Postgres and leaves a snapshot behind; the second one is of that.
    for (let asked = 0; asked < 2 || !(await redis.hasSnapshot(held.sessionId)); asked++) {
      if (asked > 50) throw new Error('Redis has no snapshot of a session that was just asked about')
      for (const target of targets) await expectYes(target, held.accessToken)
    }
    return { ...held, revokedWith: desk.accessToken }
  }

  return {
    async open(count, targets) {
      const needed = Math.ceil(count / devicesOfOne)
      const owners = await Promise.all(Array.from({ length: needed }, openPerson))
      const opened: Held[] = []
      await inLanes(openedAtOnce, count, async turn => {
        const owner = owners[turn % needed]
        if (owner !== undefined) opened.push(await openDevice(owner, targets))
      })
      return opened
    },
    close: services.close,
  }
}

/** `desk` is the session from which a person ends the others. */
type Person = { userId: string; desk: { accessToken: string } }

async function expectYes(target: Target, accessToken: string): Promise<void> {
  const { status } = await ask(target, {
    method: 'GET',
    path: '/v1/verify',
    accessToken,
    userAgent: 'bench',
  })
  if (status !== 204) throw new Error(`${target.name} answered ${status} for a live session`)
}
