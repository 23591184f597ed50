import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SteppableClock, steppableClock } from '../../support/database.ts'
import { createUser, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/**
 * Any sequence of sign-in, refresh with any token ever seen, verify with any token ever seen, revoke and steps of the
 * clock, held against a small oracle that knows nothing of how it is done.
 */

const policy = { idle: 1_800, absolute: 86_400, access: 900, refresh: 1_600, grace: 30 }
const minute = 60
/** Nothing is predicted this close to a limit: the machine's own time passes, too. Milliseconds. */
const margin = 2_500

type Pair = { session: Session; generation: number; access: string; refresh: string; accessExpiresAt: number }
type Session = {
  id: string
  generation: number
  rotatedAt: number
  lastActivityAt: number
  refreshExpiresAt: number
  expiresAt: number
  revoked: string | null
}

type Command =
  | { do: 'sign in' }
  | { do: 'refresh' | 'verify' | 'revoke'; which: number }
  | { do: 'step'; seconds: number }

const which = fc.nat({ max: 1_000 })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'sign in' }) },
  { weight: 5, arbitrary: which.map((which): Command => ({ do: 'refresh', which })) },
  { weight: 3, arbitrary: which.map((which): Command => ({ do: 'verify', which })) },
  { weight: 1, arbitrary: which.map((which): Command => ({ do: 'revoke', which })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(1, 7, 17, 33, 71, 400, 1_100, 1_700, 3_000, 40_000)
      .map((seconds): Command => ({ do: 'step', seconds })),
  },
)

/** Too close to a limit to say. */
class Unpredictable extends Error {}

let instance: Instance
let clock: SteppableClock
let offsetSeconds = 0

beforeAll(async () => {
  const database = await freshDatabase()
  const redis = await freshRedis()
  clock = await steppableClock(database.url)
  instance = await startInstance({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MAX_SESSIONS_PER_USER: '1000',
    ROTATION_GRACE_SECONDS: String(policy.grace),
    ACCESS_TOKEN_TTL_SECONDS: String(policy.access),
    SESSION_POLICIES: JSON.stringify({
      portal: {
        idleTimeoutSeconds: policy.idle,
        absoluteTimeoutSeconds: policy.absolute,
        refreshTokenTtlSeconds: policy.refresh,
      },
    }),
  })
})

afterAll(() => Promise.all([instance.close(), clock.close()]))

describe('the oracle', () => {
  it('agrees with every answer, over 1,000 histories', async () => {
    let users = 0
    let unpredictable = 0
    const answers = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 24 }), async commands => {
        const userId = await createUser(instance.services, `user-${users++}@oracle.test`, { password: null })
        const world = new World(userId, answers)
        try {
          await world.run({ do: 'sign in' })
          for (const next of commands) await world.run(next)
        } catch (error) {
          if (!(error instanceof Unpredictable)) throw error
          unpredictable++
        }
      }),
      { numRuns: 1_000 },
    )
    // The slower the machine, the more of them come close to a limit.
    expect(unpredictable).toBeLessThan(500)
    // A sample that never reached a rule would prove nothing of it.
    for (const answer of [
      'refresh: rotated',
      'refresh: replayed',
      'refresh: refresh_token_reused',
      'refresh: session_revoked',
      'refresh: session_expired',
      'refresh: refresh_token_expired',
      'verify: yes',
      'verify: access_token_invalid',
      'verify: access_token_expired',
      'verify: session_revoked',
    ]) {
      expect(answers.get(answer) ?? 0, answer).toBeGreaterThan(10)
    }
  })
})

class World {
  private readonly sessions: Session[] = []
  private readonly pairs: Pair[] = []
  private readonly userId: string
  private readonly answers: Map<string, number>

  constructor(userId: string, answers: Map<string, number>) {
    this.userId = userId
    this.answers = answers
  }

  async run(next: Command): Promise<void> {
    switch (next.do) {
      case 'sign in':
        return await this.signIn()
      case 'refresh':
        return await this.refresh(pick(this.pairs, next.which))
      case 'verify':
        return await this.verify(pick(this.pairs, next.which))
      case 'revoke':
        return await this.revoke(pick(this.sessions, next.which))
      case 'step':
        offsetSeconds += next.seconds
        await clock.step(next.seconds)
        await instance.services.reload()
    }
  }

  private async signIn(): Promise<void> {
    const started = await instance.services.sessions.start({
      userId: this.userId,
      clientType: 'portal',
      authMethod: 'password',
      deviceName: null,
      origin: { ipAddress: null, userAgent: null },
      stillStands: () => true,
    })
    if (started.kind !== 'started') throw new Error(started.kind)
    const at = now()
    const session: Session = {
      id: started.sessionId,
      generation: 0,
      rotatedAt: at,
      lastActivityAt: at,
      refreshExpiresAt: at + policy.refresh * 1000,
      expiresAt: at + policy.absolute * 1000,
      revoked: null,
    }
    const { accessToken, refreshToken, accessExpiresAt } = started.tokens
    this.sessions.push(session)
    this.pairs.push({ session, generation: 0, access: accessToken, refresh: refreshToken, accessExpiresAt })
  }

  private async refresh(pair: Pair): Promise<void> {
    const { session } = pair
    const expected = this.predictRefresh(pair)
    const response = await refreshing(pair.refresh)
    const body = response.json()
    this.count(`refresh: ${expected}`)
    if (expected === 'rotated') {
      expect(response.statusCode, JSON.stringify(body)).toBe(200)
      expect(this.pairs.some(known => known.refresh === body.refreshToken)).toBe(false)
      const at = now()
      session.generation++
      session.rotatedAt = at
      session.lastActivityAt = at
      session.refreshExpiresAt = Math.min(at + policy.refresh * 1000, session.expiresAt)
      this.pairs.push({
        session,
        generation: session.generation,
        access: body.accessToken,
        refresh: body.refreshToken,
        accessExpiresAt: at + body.expiresIn * 1000,
      })
    } else if (expected === 'replayed') {
      const child = this.pairs.find(
        known => known.session === session && known.generation === session.generation,
      )
      expect(response.statusCode, JSON.stringify(body)).toBe(200)
      expect(body).toMatchObject({ accessToken: child?.access, refreshToken: child?.refresh })
    } else {
      expect([response.statusCode, body.code]).toEqual([401, expected])
      if (expected === 'refresh_token_reused') session.revoked = 'refresh_reused'
    }
  }

  private predictRefresh({ session, generation }: Pair): string {
    if (session.revoked !== null) return 'session_revoked'
    if (hasPassed(session.expiresAt) || hasPassed(idleAt(session))) return 'session_expired'
    if (hasPassed(session.refreshExpiresAt)) return 'refresh_token_expired'
    if (generation === session.generation) return 'rotated'
    const replayable =
      generation === session.generation - 1 && !hasPassed(session.rotatedAt + policy.grace * 1000)
    return replayable ? 'replayed' : 'refresh_token_reused'
  }

  private async verify(pair: Pair): Promise<void> {
    const { session } = pair
    const expected = this.predictVerify(pair)
    const response = await instance.app.inject({
      url: '/v1/verify',
      headers: { authorization: `Bearer ${pair.access}` },
    })
    this.count(`verify: ${expected}`)
    if (expected === 'yes') {
      expect([response.statusCode, response.body]).toEqual([204, ''])
      expect(response.headers['x-session-id']).toBe(session.id)
      await instance.services.activity.flush()
      if (hasPassed(session.lastActivityAt + minute * 1000)) session.lastActivityAt = now()
    } else {
      expect([response.statusCode, response.json().code]).toEqual([401, expected])
      if (expected === 'session_revoked') expect(response.json().reason).toBe(session.revoked)
    }
  }

  private predictVerify({ session, generation, accessExpiresAt }: Pair): string {
    if (hasPassed(accessExpiresAt)) return 'access_token_expired'
    if (session.revoked !== null) return 'session_revoked'
    if (hasPassed(session.expiresAt) || hasPassed(idleAt(session))) return 'session_expired'
    const inGrace =
      generation === session.generation - 1 && !hasPassed(session.rotatedAt + policy.grace * 1000)
    return generation === session.generation || inGrace ? 'yes' : 'access_token_invalid'
  }

  private async revoke(session: Session): Promise<void> {
    const origin = { ipAddress: null, userAgent: null }
    expect(await instance.services.sessions.revoke(session.id, this.userId, origin)).toBe(true)
    session.revoked ??= 'user'
  }

  private count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1)
  }
}

/** An answer that says "ask again at once" is none: the request may have come before the last rotation. */
async function refreshing(refreshToken: string) {
  for (;;) {
    const response = await instance.app.inject({
      method: 'POST',
      url: '/v1/auth/refresh',
      payload: { refreshToken },
    })
    if (response.statusCode !== 503 || response.headers['retry-after'] !== '0') return response
  }
}

function now(): number {
  return Date.now() + offsetSeconds * 1000
}

function idleAt(session: Session): number {
  return session.lastActivityAt + (policy.idle + 60 + 5) * 1000
}

function hasPassed(limit: number): boolean {
  const left = limit - now()
  if (Math.abs(left) < margin) throw new Unpredictable()
  return left <= 0
}

function pick<T>(from: readonly T[], index: number): T {
  const chosen = from[index % from.length]
  if (chosen === undefined) throw new Error('nothing to pick from')
  return chosen
}
