import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Tokens } from '../../support/client.ts'
import { createUser, goodPassword, type Instance, startInstance } from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

/** For so long a token may be used after its successor was issued. */
const graceSeconds = 3

let databaseUrl: string
let redisUrl: string
let a: Instance
let b: Instance

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  redisUrl = (await freshRedis()).url
  const environment = {
    ROTATION_GRACE_SECONDS: String(graceSeconds),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    NEAR_CACHE_MAX_SESSIONS: '100',
    MAX_SESSIONS_PER_USER: '1000',
  }
  a = await startInstance(environment)
  b = await startInstance(environment)
  await createUser(a.services, 'owner@example.test')
})
afterAll(async () => {
  await Promise.all([a.close(), b.close()])
})

/** How many verifies an instance has answered with yes from its own memory. */
async function nearHits({ services }: Instance): Promise<number> {
  const [, count = '0'] =
    /^latchkey_verify_total\{source="near",verdict="signed_in"\} (\d+)$/m.exec(
      await services.metrics.text(),
    ) ?? []
  return Number(count)
}

async function untilNear(instance: Instance, { accessToken }: Tokens): Promise<void> {
  await expect
    .poll(async () => {
      const before = await nearHits(instance)
      expect((await client(instance.url).verify(accessToken)).status).toBe(204)
      return (await nearHits(instance)) - before
    })
    .toBe(1)
}

describe('a session that an instance has in its own memory', () => {
  it('is answered for from there, without asking Redis', async () => {
    const tokens = await client(a.url).signIn('owner@example.test')
    await untilNear(a, tokens)
    const before = await nearHits(a)
    for (let times = 0; times < 20; times++) {
      expect((await client(a.url).verify(tokens.accessToken)).status).toBe(204)
    }
    expect((await nearHits(a)) - before).toBe(20)
  })

  it('is refused on every instance once its revocation is answered, 30 times out of 30', async () => {
    const owner = await client(a.url).signIn('owner@example.test')
    for (let round = 0; round < 30; round++) {
      const tokens = await client(a.url).signIn('owner@example.test')
      await Promise.all([untilNear(a, tokens), untilNear(b, tokens)])
      const path = `/v1/sessions/${tokens.sessionId}`
      const revoked = await client(a.url).call('DELETE', path, { token: owner.accessToken })
      expect(revoked.status).toBe(204)
      const answers = await Promise.all([a, b].map(({ url }) => client(url).verify(tokens.accessToken)))
      expect(answers.map(({ status, body }) => [status, body['reason']])).toEqual([
        [401, 'user'],
        [401, 'user'],
      ])
    }
  })

  it('does not hold up the new token of a refresh that another instance has answered', async () => {
    const tokens = await client(a.url).signIn('owner@example.test')
    await Promise.all([untilNear(a, tokens), untilNear(b, tokens)])
    const refreshed = await client(a.url).refresh(tokens.refreshToken)
    expect((await client(b.url).verify(String(refreshed.body['accessToken']))).status).toBe(204)
  })

  it('does not keep an access token alive that another instance has rotated away', async () => {
    const tokens = await client(a.url).signIn('owner@example.test')
    await untilNear(b, tokens)
    const notRotatedAt = performance.now()
    expect((await client(a.url).refresh(tokens.refreshToken)).status).toBe(200)
    const rotatedAt = performance.now()
    for (;;) {
      const askedAt = performance.now()
      const { status, body } = await client(b.url).verify(tokens.accessToken)
      if (status === 401) {
        expect(body['code']).toBe('access_token_invalid')
        expect(performance.now() - notRotatedAt).toBeGreaterThan(graceSeconds * 900)
        return
      }
      expect(status).toBe(204)
      expect(askedAt - rotatedAt).toBeLessThan(graceSeconds * 1_000 + 500)
      await sleep(100)
    }
  })

  it('does not keep an access token alive that is two generations old, on whichever instance it was rotated', async () => {
    const tokens = await client(a.url).signIn('owner@example.test')
    await Promise.all([untilNear(a, tokens), untilNear(b, tokens)])
    const first = await client(a.url).refresh(tokens.refreshToken)
    expect((await client(a.url).refresh(String(first.body['refreshToken']))).status).toBe(200)
    expect((await client(a.url).verify(tokens.accessToken)).status).toBe(401)
    // The other one hears of it by way of Redis.
    await expect
      .poll(async () => (await client(b.url).verify(tokens.accessToken)).status, {
        interval: 10,
      })
      .toBe(401)
  })

  it('does not keep it alive without Redis either, on the instance that has rotated it', async () => {
    const alone = await startInstance({ DATABASE_URL: databaseUrl })
    try {
      const tokens = await client(alone.url).signIn('owner@example.test')
      await untilNear(alone, tokens)
      const first = await client(alone.url).refresh(tokens.refreshToken)
      expect((await client(alone.url).refresh(String(first.body['refreshToken']))).status).toBe(200)
      expect((await client(alone.url).verify(tokens.accessToken)).status).toBe(401)
    } finally {
      await alone.close()
    }
  })

  it('is asked of Redis again, with its mark, when a revocation is heard of that Postgres does not tell', async () => {
    const tokens = await client(a.url).signIn('owner@example.test')
    await untilNear(b, tokens)
    const redis = new Redis(redisUrl)
    try {
      await redis.publish('latchkey:news', `feed ${tokens.sessionId}`)
      await expect
        .poll(
          async () => {
            const before = await nearHits(b)
            await client(b.url).verify(tokens.accessToken)
            return (await nearHits(b)) - before
          },
          { interval: 0 },
        )
        .toBe(0)
    } finally {
      redis.disconnect()
    }
  })

  it('is not what an old access token lives on after a change of the password', async () => {
    const email = 'changes@example.test'
    await createUser(a.services, email)
    const tokens = await client(a.url).signIn(email)
    await Promise.all([untilNear(a, tokens), untilNear(b, tokens)])
    const changed = await client(a.url).call('POST', '/v1/auth/password', {
      token: tokens.accessToken,
      body: { currentPassword: goodPassword, newPassword: 'another walnut harbour' },
    })
    expect(changed.status).toBe(200)
    await sleep(graceSeconds * 1_000 + 200)
    for (const { url } of [a, b]) expect((await client(url).verify(tokens.accessToken)).status).toBe(401)
  })

  it('is not washed out by tokens that are not ours', async () => {
    const tokens = await client(a.url).signIn('owner@example.test')
    await untilNear(a, tokens)
    const [header, payload] = tokens.accessToken.split('.')
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    // At once, so that what is kept does not grow too old meanwhile.
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, at) => {
        const sid = `${String(at).padStart(8, '0')}-0000-7000-8000-000000000000`
        const forged = Buffer.from(JSON.stringify({ ...claims, sid })).toString('base64url')
        return client(a.url).verify(`${header}.${forged}.AAAA`)
      }),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    const before = await nearHits(a)
    expect((await client(a.url).verify(tokens.accessToken)).status).toBe(204)
    expect((await nearHits(a)) - before).toBe(1)
  })
})
