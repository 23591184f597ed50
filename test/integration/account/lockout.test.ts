import { setTimeout as sleep } from 'node:timers/promises'
import { parseOptions } from '@node-rs/argon2'
import { Piscina } from 'piscina'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { bodyOf, page } from '../../support/browser-call.ts'
import { type Answer, client, insist, tokensOf } from '../../support/client.ts'
import { query, type SteppableClock, steppableClock } from '../../support/database.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

// The real thing, with a note of every hash that a password was compared with.
const hashing = vi.spyOn(Piscina.prototype, 'run')

function comparedHashes(): string[] {
  return hashing.mock.calls.flatMap(([task, options]) =>
    options?.name === 'verify' ? [String(task.passwordHash)] : [],
  )
}

const wrong = 'not the password'

let databaseUrl: string
let a: Instance
/** Without Redis. */
let b: Instance
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  ;[a, b] = await Promise.all([
    startInstance({ DATABASE_URL: databaseUrl, REDIS_URL: (await freshRedis()).url }),
    startInstance({ DATABASE_URL: databaseUrl }),
  ])
})

afterAll(() => Promise.all([a.close(), b.close()]))

async function person(on = a) {
  const email = `lockout-${users++}@example.test`
  return { email, userId: await createUser(on.services, email) }
}

type Login = { email: string; password?: string; deviceToken?: string }

/** Answers that came too late to be known, by either name: what they are about may have been evaluated, and counted. */
let unknown = 0

/** Asks again when the machine is too busy: one password more that was not evaluated counts nothing. */
async function logIn({ password = goodPassword, ...rest }: Login, on = a): Promise<Answer> {
  return await insist(async () => {
    const answer = await client(on.url).call('POST', '/v1/auth/login', { body: { ...rest, password } })
    if (answer.status === 503) unknown++
    return answer
  })
}

/** Everything that was told, and how many answers were unknown beside. */
async function toldBy(work: () => Promise<Answer[]>) {
  const before = unknown
  const codes = (await work()).map(codeOf)
  const count = (code: string) => codes.filter(each => each === code).length
  return {
    invalid: count('invalid_credentials'),
    locked: count('account_locked'),
    unknown: unknown - before,
  }
}

/** Five were told, or would have been, had their answers been known in time. */
function expectFive({ invalid, locked, unknown }: Awaited<ReturnType<typeof toldBy>>, of: number): void {
  expect(invalid).toBeLessThanOrEqual(5)
  expect(invalid + unknown).toBeGreaterThanOrEqual(5)
  expect(invalid + locked).toBe(of)
}

async function logInWith(login: Login, times: number, on = a): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let time = 0; time < times; time++) answers.push(await logIn(login, on))
  return answers
}

const codeOf = ({ status, body }: Answer) => body['code'] ?? status
const retryAfter = ({ headers }: Answer) => Number(headers.get('retry-after'))

function deviceTokenOf(answer: Answer): string {
  tokensOf(answer)
  return String(answer.body['deviceToken'])
}

const anotherPassword = 'staple battery horse'

/** The device token that the change answers. */
async function changePassword(email: string): Promise<unknown> {
  const { accessToken: token } = tokensOf(await logIn({ email }))
  const body = { currentPassword: goodPassword, newPassword: anotherPassword }
  for (;;) {
    const answer = await client(a.url).call('POST', '/v1/auth/password', { token, body })
    if (answer.body['code'] === 'overloaded') continue
    expect(answer.status).toBe(200)
    return answer.body['deviceToken']
  }
}

type EventRow = {
  type: string
  severity: string
  user_id: string | null
  session_id: string | null
  actor: string
  details: Record<string, unknown>
}

function eventsOf(userId: string): Promise<EventRow[]> {
  return query<EventRow>(
    databaseUrl,
    `SELECT type, severity, user_id, session_id, actor, details FROM security_events
     WHERE user_id = $1
       AND type IN ('sign_in_failed', 'password_change_failed', 'account_locked', 'account_unlocked')
     ORDER BY created_at, id`,
    [userId],
  )
}

/** How many passwords were compared with that user's own hash while `work` ran. */
async function countEvaluations(userId: string, work: () => Promise<unknown>): Promise<number> {
  const [row] = await query<{ password_hash: string }>(
    databaseUrl,
    'SELECT password_hash FROM users WHERE id = $1',
    [userId],
  )
  const compared = () => comparedHashes().filter(passwordHash => passwordHash === row?.password_hash).length
  const before = compared()
  await work()
  return compared() - before
}

describe('an account', () => {
  it('is locked by five failed sign-ins, for the right password too, and says so', async () => {
    const { email, userId } = await person()
    const failed = await logInWith({ email, password: wrong }, 5)
    expect(failed.map(codeOf)).toEqual(Array(5).fill('invalid_credentials'))
    for (const password of [wrong, goodPassword]) {
      const locked = await logIn({ email, password })
      expect(locked.status).toBe(429)
      expect(locked.body).toMatchObject({
        code: 'account_locked',
        reason: 'too_many_failed_sign_ins',
        detail: expect.stringMatching(/^Too many failed attempts .*\. Wait before you try again/),
        unlock: expect.stringMatching(/device you have signed in on before/),
      })
      // Users read these texts.
      expect(JSON.stringify(locked.body)).not.toMatch(/retry-after/i)
      expect(retryAfter(locked)).toBeGreaterThan(14 * 60)
      expect(retryAfter(locked)).toBeLessThanOrEqual(15 * 60)
    }
    const events = await eventsOf(userId)
    expect(events.map(({ type, severity }) => [type, severity])).toEqual([
      ...Array(5).fill(['sign_in_failed', 'warning']),
      ['account_locked', 'warning'],
    ])
    expect(events.at(-1)?.details).toEqual({ lockedUntil: expect.any(String), devices: 'unknown' })
  })

  it('that nobody has is locked just the same', async () => {
    const { email } = await person()
    const nobody = `nobody-${users++}@example.test`
    const told = async (address: string) => {
      const answers = [
        ...(await logInWith({ email: address, password: wrong }, 5)),
        await logIn({ email: address }),
      ]
      return answers.map(({ status, headers, body: { requestId, ...body } }) => {
        const names = [...headers.keys()].sort()
        return { status, body, names, retries: Math.ceil(Number(headers.get('retry-after')) / 60) }
      })
    }
    expect(await told(nobody)).toEqual(await told(email))
    const rows = await query<{ row: string }>(
      databaseUrl,
      `SELECT t::text AS row FROM login_throttles AS t UNION ALL SELECT e::text FROM security_events AS e`,
    )
    expect(rows.length).toBeGreaterThan(5)
    expect(rows.filter(({ row }) => row.includes(nobody))).toEqual([])
  })

  it('is the same in capitals', async () => {
    const { email } = await person()
    const spellings = [
      email,
      email.toUpperCase(),
      email.replace('l', 'L'),
      email.replace('test', 'TEST'),
      email,
    ]
    for (const spelling of spellings) await logIn({ email: spelling, password: wrong })
    expect(codeOf(await logIn({ email }))).toBe('account_locked')
  })

  it('forgets its failures with a sign-in', async () => {
    const { email } = await person()
    for (let round = 0; round < 3; round++) {
      await logInWith({ email, password: wrong }, 4)
      expect((await logIn({ email })).status).toBe(200)
    }
  })

  it('stays locked on every instance, one that has just started and has no Redis included', async () => {
    const { email } = await person()
    await logInWith({ email, password: wrong }, 3, a)
    await logInWith({ email, password: wrong }, 2, b)
    const fresh = await startInstance({ DATABASE_URL: databaseUrl })
    for (const instance of [a, b, fresh]) {
      expect(codeOf(await logIn({ email }, instance))).toBe('account_locked')
    }
    await fresh.close()
  })

  it('counts a disabled user like any other', async () => {
    const { email, userId } = await person()
    await a.services.accounts.disable(userId, byCli)
    expect((await logInWith({ email }, 6)).map(codeOf)).toEqual([
      ...Array(5).fill('invalid_credentials'),
      'account_locked',
    ])
  })

  it('counts a wrong current password at a password change, and records it as that', async () => {
    const { email, userId } = await person()
    const signedIn = await logIn({ email })
    const { accessToken: token, sessionId } = tokensOf(signedIn)
    const change = (currentPassword: string, deviceToken?: string) =>
      client(a.url).call('POST', '/v1/auth/password', {
        token,
        body: {
          currentPassword,
          newPassword: 'staple battery horse',
          ...(deviceToken ? { deviceToken } : {}),
        },
      })
    for (let time = 0; time < 3; time++) expect(codeOf(await change(wrong))).toBe('wrong_password')
    await logInWith({ email, password: wrong }, 2, b)
    const locked = await change(goodPassword)
    expect([locked.status, codeOf(locked), typeof locked.body['unlock']]).toEqual([
      429,
      'account_locked',
      'string',
    ])
    const events = await eventsOf(userId)
    expect(events.map(({ type, session_id, actor }) => [type, session_id, actor])).toEqual([
      ...Array(3).fill(['password_change_failed', sessionId, userId]),
      ...Array(2).fill(['sign_in_failed', null, 'anonymous']),
      ['account_locked', null, 'system'],
    ])
    // The owner's own device is counted apart.
    expect((await change(goodPassword, deviceTokenOf(signedIn))).status).toBe(200)
  })
})

describe('a refused sign-in', () => {
  it('takes the same work for an unknown address, a wrong password and a disabled user: one look, at today’s cost', async () => {
    const [someone, disabled] = [await person(), await person()]
    await a.services.accounts.disable(disabled.userId, byCli)
    const looks: unknown[] = []
    for (const [email, password] of [
      [`nobody-${users++}@example.test`, goodPassword],
      [someone.email, wrong],
      [disabled.email, goodPassword],
    ] as const) {
      hashing.mockClear()
      expect(codeOf(await logIn({ email, password }))).toBe('invalid_credentials')
      looks.push(comparedHashes().map(hash => parseOptions(hash)))
    }
    const [first] = looks
    expect(first).toMatchObject([{ memoryCost: 19_456, timeCost: 2, parallelism: 1 }])
    expect(looks).toEqual([first, first, first])
  })
})

describe('a lock', () => {
  let later: Instance
  let clock: SteppableClock
  let step: (seconds: number) => Promise<void>

  beforeAll(async () => {
    const { url } = await freshDatabase()
    clock = await steppableClock(url)
    later = await startInstance({ DATABASE_URL: url })
    step = async seconds => {
      await clock.step(seconds)
      await later.services.reload()
    }
  })

  afterAll(() => Promise.all([later.close(), clock.close()]))

  it('ends after 15 minutes, and the next ones after 30', async () => {
    const { email } = await person(later)
    for (const minutes of [15, 30, 30]) {
      const answers = await logInWith({ email, password: wrong }, 6, later)
      expect(answers.map(codeOf)).toEqual([...Array(5).fill('invalid_credentials'), 'account_locked'])
      const last = answers.at(-1)
      expect(last && retryAfter(last)).toBeGreaterThan(minutes * 60 - 30)
      expect(last && retryAfter(last)).toBeLessThanOrEqual(minutes * 60)
      await step(minutes * 60 - 30)
      expect(codeOf(await logIn({ email }, later))).toBe('account_locked')
      await step(30)
    }
    expect((await logIn({ email }, later)).status).toBe(200)
    // A sign-in forgets that there ever was one.
    const answers = await logInWith({ email, password: wrong }, 6, later)
    expect(answers.map(retryAfter).at(-1)).toBeLessThanOrEqual(15 * 60)
  })

  it('does not come from failures that are further apart than 15 minutes', async () => {
    const { email } = await person(later)
    for (let round = 0; round < 3; round++) {
      const answers = await logInWith({ email, password: wrong }, 4, later)
      expect(answers.map(codeOf)).toEqual(Array(4).fill('invalid_credentials'))
      await step(15 * 60 + 1)
    }
  })
})

describe('a device on which somebody has signed in before', () => {
  it('lets its owner in while strangers have the account locked', async () => {
    const { email } = await person()
    const deviceToken = deviceTokenOf(await logIn({ email }))
    await logInWith({ email, password: wrong }, 5)
    expect(codeOf(await logIn({ email }))).toBe('account_locked')
    const again = await logIn({ email, deviceToken }, b)
    expect(again.status).toBe(200)
    // For strangers nothing has changed by that.
    expect(codeOf(await logIn({ email }))).toBe('account_locked')
    expect((await logIn({ email, deviceToken: deviceTokenOf(again) })).status).toBe(200)
  })

  it('is locked by itself when it keeps failing, and then is a stranger', async () => {
    const { email, userId } = await person()
    const deviceToken = deviceTokenOf(await logIn({ email }))
    const known = await logInWith({ email, password: wrong, deviceToken }, 5)
    expect(known.map(codeOf)).toEqual(Array(5).fill('invalid_credentials'))
    expect((await eventsOf(userId)).at(-1)).toMatchObject({
      type: 'account_locked',
      details: { devices: 'one' },
    })
    // Everybody else may go on, and so may this one, on everybody's count, and then under another id.
    const fresh = deviceTokenOf(await logIn({ email, deviceToken }))
    const strange = await logInWith({ email, password: wrong, deviceToken }, 6)
    expect(strange.map(codeOf)).toEqual([...Array(5).fill('invalid_credentials'), 'account_locked'])
    expect(codeOf(await logIn({ email, deviceToken }))).toBe('account_locked')
    expect((await logIn({ email, deviceToken: fresh })).status).toBe(200)
  })

  it('is not known to any other account, and a forged one to none', async () => {
    const [owner, other] = [await person(), await person()]
    const foreign = deviceTokenOf(await logIn({ email: other.email }))
    await logInWith({ email: owner.email, password: wrong }, 5)
    const forged = `${foreign.slice(0, -2)}${foreign.endsWith('AA') ? 'BB' : 'AA'}`
    for (const deviceToken of [foreign, forged, 'x', 'lkd_', 'x'.repeat(512)]) {
      expect(codeOf(await logIn({ email: owner.email, deviceToken }))).toBe('account_locked')
      expect((await logIn({ email: other.email, deviceToken })).status).toBe(200)
    }
    for (const deviceToken of ['', 'x'.repeat(513), 7, null]) {
      const body = { email: other.email, password: goodPassword, deviceToken }
      const answer = await client(a.url).call('POST', '/v1/auth/login', { body })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'validation_failed'])
    }
  })

  it('counts apart on five devices in a window, and on further ones like a stranger', async () => {
    const { email } = await person()
    const tokens = []
    for (let device = 0; device < 8; device++) tokens.push(deviceTokenOf(await logIn({ email })))
    for (const deviceToken of tokens) {
      expect(codeOf(await logIn({ email, password: wrong, deviceToken }))).toBe('invalid_credentials')
    }
    const rows = await query<{ is_stranger: boolean; failures: number }>(
      databaseUrl,
      `SELECT device_id = '' AS is_stranger, failures FROM login_throttles
       WHERE user_id = (SELECT id FROM users WHERE email = $1) ORDER BY 1, 2`,
      [email],
    )
    expect(rows).toEqual([
      ...Array(5).fill({ is_stranger: false, failures: 1 }),
      { is_stranger: true, failures: 3 },
    ])
  })

  it('is evaluated no more than thirty times in a window, however many tokens come at once', async () => {
    const { email, userId } = await person()
    const tokens = await Promise.all(
      Array.from({ length: 12 }, async () => deviceTokenOf(await logIn({ email }))),
    )
    const guesses = tokens.flatMap(deviceToken => Array(6).fill({ email, password: wrong, deviceToken }))
    let answers: Answer[] = []
    const evaluated = await countEvaluations(userId, async () => {
      answers = await Promise.all(guesses.map(guess => logIn(guess)))
    })
    expect(answers.filter(answer => codeOf(answer) === 'invalid_credentials').length).toBeLessThanOrEqual(30)
    expect(evaluated).toBeLessThanOrEqual(30)
  })

  it.each([
    ['a change of the password', changePassword],
    ['an unlock', (_: string, userId: string) => a.services.accounts.unlock(userId, byCli)],
    [
      'having been disabled',
      async (_: string, userId: string) => {
        await a.services.accounts.disable(userId, byCli)
        await a.services.accounts.enable(userId, byCli)
      },
    ],
  ])('is a stranger after %s', async (_, end) => {
    const { email, userId } = await person()
    const deviceToken = deviceTokenOf(await logIn({ email }))
    await end(email, userId)
    await logInWith({ email, password: wrong }, 5)
    for (const instance of [a, b]) {
      expect(codeOf(await logIn({ email, deviceToken }, instance))).toBe('account_locked')
    }
  })

  it('is a stranger to a user who has the address of one who was deleted', async () => {
    const { email, userId } = await person()
    const deviceToken = deviceTokenOf(await logIn({ email }))
    await a.services.accounts.delete(userId, byCli)
    await createUser(a.services, email)
    await logInWith({ email, password: wrong }, 5)
    expect(codeOf(await logIn({ email, deviceToken }))).toBe('account_locked')
  })

  it('is known again by the answer to a change of the password', async () => {
    const { email } = await person()
    const deviceToken = String(await changePassword(email))
    await logInWith({ email, password: wrong }, 5)
    expect((await logIn({ email, password: anotherPassword, deviceToken })).status).toBe(200)
  })

  it('is known again by the cookie of a change of the password', async () => {
    const { email } = await person()
    const { jar, call } = page(Number(new URL(a.url).port))
    const device = () => jar.get('__Host-latchkey_device')
    const post = async (path: string, json: object) => {
      for (;;) {
        const answer = await call('POST', path, { json })
        if (answer.status !== 503) return answer
      }
    }
    expect(
      (await post('/v1/auth/login', { email, password: goodPassword, transport: 'cookie' })).status,
    ).toBe(200)
    const before = device()
    const change = { currentPassword: goodPassword, newPassword: anotherPassword }
    const answer = await post('/v1/auth/password', change)
    expect([answer.status, bodyOf(answer)['deviceToken'], device() === before]).toEqual([
      200,
      undefined,
      false,
    ])
    await logInWith({ email, password: wrong }, 5)
    const login = { email, password: anotherPassword, transport: 'cookie' }
    expect((await post('/v1/auth/login', login)).status).toBe(200)
  })

  it('is no credential', async () => {
    const { email } = await person()
    const deviceToken = deviceTokenOf(await logIn({ email }))
    expect(codeOf(await logIn({ email, password: wrong, deviceToken }))).toBe('invalid_credentials')
    expect((await client(a.url).verify(deviceToken)).status).toBe(401)
    expect((await client(a.url).refresh(deviceToken)).status).toBe(401)
  })
})

describe('unlocking', () => {
  it('lets the person sign in at once, wherever the failures came from, and is on record', async () => {
    const { email, userId } = await person()
    const other = await person()
    const deviceToken = deviceTokenOf(await logIn({ email }))
    await logInWith({ email, password: wrong, deviceToken }, 5)
    await logInWith({ email, password: wrong }, 5)
    await logInWith({ email: other.email, password: wrong }, 5)
    expect(codeOf(await logIn({ email, deviceToken }))).toBe('account_locked')
    expect(await a.services.accounts.unlock(userId, { ...byCli, actor: 'an operator' })).toBe(true)
    for (const login of [{ email }, { email, deviceToken }]) expect((await logIn(login)).status).toBe(200)
    expect(codeOf(await logIn({ email: other.email }))).toBe('account_locked')
    const [event] = await query(
      databaseUrl,
      `SELECT severity, actor FROM security_events WHERE user_id = $1 AND type = 'account_unlocked'`,
      [userId],
    )
    expect(event).toEqual({ severity: 'info', actor: 'an operator' })
  })

  it('reaches failures that were counted under a secret that this instance does not have', async () => {
    const { email, userId } = await person()
    await logInWith({ email, password: wrong }, 5)
    // As an instance with the next secret names the address.
    await query(
      databaseUrl,
      `UPDATE login_throttles SET subject_hash = sha256(subject_hash) WHERE user_id = $1`,
      [userId],
    )
    expect(await a.services.accounts.unlock(userId, byCli)).toBe(true)
    expect(await query(databaseUrl, 'SELECT FROM login_throttles WHERE user_id = $1', [userId])).toEqual([])
  })

  it('is not possible for a user who does not exist', async () => {
    expect(await a.services.accounts.unlock('0198c0de-0000-7000-8000-000000000000', byCli)).toBe(false)
  })
})

describe('many sign-ins at once', () => {
  const atOnce = (login: Login, times: number, instances: readonly Instance[]) =>
    Promise.all(
      Array.from({ length: times }, (_, index) => logIn(login, instances[index % instances.length])),
    )

  it('are evaluated no more than five times when they are wrong', async () => {
    const { email, userId } = await person()
    const evaluated = await countEvaluations(userId, async () => {
      expectFive(await toldBy(() => atOnce({ email, password: wrong }, 30, [a])), 30)
    })
    expect(evaluated).toBe(5)
  })

  it('are told no more than five times that they are wrong, and locked once, over two instances', async () => {
    const { email, userId } = await person()
    const evaluated = await countEvaluations(userId, async () => {
      expectFive(await toldBy(() => atOnce({ email, password: wrong }, 30, [a, b])), 30)
    })
    // Both may have begun with the last one.
    expect(evaluated).toBeLessThanOrEqual(6)
    expect((await eventsOf(userId)).map(({ type }) => type)).toEqual([
      ...Array(5).fill('sign_in_failed'),
      'account_locked',
    ])
  })

  it('all work when they are right', async () => {
    const { email } = await person()
    const answers = await atOnce({ email }, 30, [a])
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200))
  })

  it('are refused when there are more than can be hashed, and then count nothing', async () => {
    const failures = async () => {
      const [row] = await query<{ sum: number }>(
        databaseUrl,
        'SELECT coalesce(sum(failures), 0)::int AS sum FROM login_throttles',
      )
      return row?.sum ?? 0
    }
    const before = await failures()
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        client(b.url).call('POST', '/v1/auth/login', {
          body: { email: `flood-${index}@example.test`, password: wrong },
        }),
      ),
    )
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(100)
    const unknown = refused.filter(answer => codeOf(answer) === 'store_unavailable')
    for (const answer of refused.filter(answer => !unknown.includes(answer))) {
      expect([codeOf(answer), answer.headers.get('retry-after')]).toEqual(['overloaded', '1'])
    }
    const counted = answers.filter(answer => codeOf(answer) === 'invalid_credentials')
    expect(counted.length + refused.length).toBe(400)
    const more = (await failures()) - before
    expect(more).toBeGreaterThanOrEqual(counted.length)
    expect(more).toBeLessThanOrEqual(counted.length + unknown.length)
  })

  it('10,000 guesses at one account are evaluated at most 100 times, while its owner signs in', async () => {
    const { email, userId } = await person()
    let deviceToken = deviceTokenOf(await logIn({ email }))
    let left = 10_000
    const seen = new Map<string, number>()
    const guess = async () => {
      while (left > 0) {
        const password = `guess number ${left--}`
        const answer = await a.app.inject({
          method: 'POST',
          url: '/v1/auth/login',
          payload: { email, password },
        })
        const { code } = answer.json<{ code: string }>()
        // What was not looked at is guessed again.
        if (code === 'overloaded' || code === 'store_unavailable') left++
        seen.set(code, (seen.get(code) ?? 0) + 1)
      }
    }
    let ownSignIns = 0
    const unknownBefore = unknown
    const evaluated = await countEvaluations(userId, async () => {
      const guessing = Promise.all(Array.from({ length: 60 }, guess))
      while (left > 0) {
        const answer = await logIn({ email, deviceToken })
        expect(answer.status).toBe(200)
        deviceToken = deviceTokenOf(answer)
        ownSignIns++
        await sleep(100)
      }
      await guessing
    })
    const {
      invalid_credentials: invalid = 0,
      account_locked: locked = 0,
      overloaded: refused = 0,
      store_unavailable: unavailable = 0,
      ...others
    } = Object.fromEntries(seen)
    expect(others).toEqual({})
    expectFive({ invalid, locked, unknown: refused + unavailable }, 10_000)
    expect(ownSignIns).toBeGreaterThan(5)
    // Of its own whose answers were unknown, some were evaluated as well.
    expect(evaluated - ownSignIns).toBeLessThanOrEqual(5 + unknown - unknownBefore)
  })
})
