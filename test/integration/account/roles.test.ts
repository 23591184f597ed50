import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCli } from '../../../src/cli/actor.ts'
import { startProxy, type TcpProxy } from '../../fault/proxy.ts'
import { client, type Tokens, tokensOf } from '../../support/client.ts'
import { countStoreCalls } from '../../support/counted.ts'
import { query } from '../../support/database.ts'
import {
  createUser,
  type Environment,
  goodPassword,
  type Instance,
  startInstance,
} from '../../support/service.ts'
import { freshDatabase, freshRedis } from '../../support/stores.ts'

const limits = { idleTimeoutSeconds: 3_600, absoluteTimeoutSeconds: 86_400 }

let databaseUrl: string
let environment: Environment
let proxy: TcpProxy
/** The last one reaches its database through the proxy. */
let instances: [Instance, Instance, Instance]
let redis: Redis
let users = 0

beforeAll(async () => {
  databaseUrl = (await freshDatabase()).url
  const viaProxy = new URL(databaseUrl)
  proxy = await startProxy(Number(viaProxy.port))
  viaProxy.port = String(proxy.port)
  const redisUrl = (await freshRedis()).url
  redis = new Redis(redisUrl)
  environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PERMISSIONS: JSON.stringify({ clerk: ['claims:read'], judge: ['claims:decide'] }),
    SESSION_POLICIES: JSON.stringify({ web: limits, bench: { ...limits, roles: ['judge'] } }),
  }
  instances = await Promise.all([
    startInstance(environment),
    startInstance(environment),
    startInstance({ ...environment, DATABASE_URL: viaProxy.href }),
  ])
})

afterAll(async () => {
  redis.disconnect()
  await Promise.all(instances.map(instance => instance.close()))
  await proxy.close()
})

/** A signed-in user of whom every instance has a snapshot. */
async function signIn(...roles: string[]): Promise<Tokens & { userId: string }> {
  const email = `roles-${users++}@example.test`
  const userId = await createUser(instances[0].services, email, { roles })
  const tokens = await client(instances[0].url).signIn(email)
  await rolesOf(tokens)
  return { ...tokens, userId }
}

async function rolesOf({ accessToken }: Tokens, asked: readonly Instance[] = instances): Promise<unknown[]> {
  const answers = await Promise.all(asked.map(({ url }) => client(url).verify(accessToken)))
  return answers.map(({ status, headers }) => (status === 204 ? headers.get('x-user-roles') : status))
}

const change = (userId: string, ...roles: string[]) =>
  instances[0].services.accounts.change(userId, { roles }, byCli)

describe('a change of roles', () => {
  it('holds on every instance once it is made, 50 times out of 50', async () => {
    const tokens = await signIn('clerk')
    for (let round = 0; round < 50; round++) {
      const role = round % 2 === 0 ? 'judge' : 'clerk'
      expect(await change(tokens.userId, role)).toBe(true)
      expect(await rolesOf(tokens)).toEqual([role, role, role])
      const { status } = await client(instances[1].url).call('GET', '/v1/verify?permission=claims:decide', {
        token: tokens.accessToken,
      })
      expect(status).toBe(role === 'judge' ? 204 : 403)
    }
  })

  it('is not undone by an older snapshot that comes back into Redis', async () => {
    const tokens = await signIn('clerk', 'judge')
    const key = `session:{${tokens.sessionId}}`
    const older = (await redis.get(key)) ?? ''
    await change(tokens.userId)
    const late = await startInstance(environment)
    try {
      for (const instance of [...instances, late]) {
        await redis.set(key, older)
        expect(await rolesOf(tokens, [instance])).toEqual([''])
      }
    } finally {
      await late.close()
    }
  })

  it('costs one read, and then snapshots serve again; those of others were never in doubt', async () => {
    const [tokens, other] = [await signIn('clerk'), await signIn('clerk')]
    await change(tokens.userId, 'judge')
    const [, b] = instances
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect((await countStoreCalls(() => rolesOf(tokens, [b]))).sql).toHaveLength(1)
    expect(await countStoreCalls(() => rolesOf(tokens, [b]))).toMatchObject({ result: ['judge'], sql: [] })
    expect(await countStoreCalls(() => rolesOf(other, [b]))).toMatchObject({ result: ['clerk'], sql: [] })
  })

  it('is waited for on an instance that is cut off from Postgres, whose older snapshots are gone', async () => {
    const tokens = await signIn('clerk')
    await proxy.set({ kind: 'refuse' })
    try {
      await change(tokens.userId, 'judge')
      const [cutOff] = await rolesOf(tokens, [instances[2]])
      expect([503, 'judge']).toContain(cutOff)
      expect(await rolesOf(tokens, [instances[0], instances[1]])).toEqual(['judge', 'judge'])
    } finally {
      await proxy.set({ kind: 'pass' })
    }
    await expect.poll(() => rolesOf(tokens)).toEqual(['judge', 'judge', 'judge'])
  })

  it('is not undone by an older snapshot that reaches Redis late, on an instance that is cut off from Postgres', async () => {
    const [tokens, control] = [await signIn('clerk', 'judge'), await signIn('clerk')]
    const controlRoles = () => rolesOf(control, [instances[2]])
    expect(await controlRoles()).toEqual(['clerk'])
    const key = `session:{${tokens.sessionId}}`
    const older = (await redis.get(key)) ?? ''
    await proxy.set({ kind: 'refuse' })
    try {
      await change(tokens.userId, 'clerk')
      await redis.set(key, older)
      // Else it would refuse everything, and show nothing of the snapshot.
      await expect.poll(controlRoles).toEqual(['clerk'])
      expect(await rolesOf(tokens, [instances[2]])).toEqual([503])
      expect(await controlRoles()).toEqual(['clerk'])
      expect(await rolesOf(tokens, [instances[0]])).toEqual(['clerk'])
      // Read after the change: it serves the instance that is cut off, too.
      await expect.poll(() => rolesOf(tokens, [instances[0], instances[2]])).toEqual(['clerk', 'clerk'])
    } finally {
      await proxy.set({ kind: 'pass' })
    }
  })

  it('ends no session, also none of a client type that the new roles may not use: only its next sign-in is refused', async () => {
    const email = `roles-${users++}@example.test`
    const userId = await createUser(instances[0].services, email, { roles: ['judge'] })
    const bench = await client(instances[0].url).signIn(email, { clientType: 'bench' })
    await change(userId, 'clerk')
    expect(await rolesOf(bench)).toEqual(['clerk', 'clerk', 'clerk'])
    const next = tokensOf(await client(instances[1].url).refresh(bench.refreshToken))
    expect(await rolesOf(next)).toEqual(['clerk', 'clerk', 'clerk'])
    const again = await client(instances[1].url).call('POST', '/v1/auth/login', {
      body: { email, password: goodPassword, clientType: 'bench' },
    })
    expect([again.status, again.body['code']]).toEqual([403, 'client_type_not_allowed'])
    expect(await rolesOf(next)).toEqual(['clerk', 'clerk', 'clerk'])
  })

  it('is on record with what was and what is; one that changes nothing is not', async () => {
    const { userId } = await signIn('clerk')
    for (const roles of [
      ['judge', 'clerk', 'judge'],
      ['clerk', 'judge'],
    ]) {
      expect(await change(userId, ...roles)).toBe(true)
      expect(await query(databaseUrl, 'SELECT roles FROM users WHERE id = $1', [userId])).toEqual([
        { roles: ['clerk', 'judge'] },
      ])
    }
    const events = await query<{ actor: string; severity: string; details: unknown }>(
      databaseUrl,
      `SELECT actor, severity, details FROM security_events WHERE user_id = $1 AND type = 'roles_changed'`,
      [userId],
    )
    expect(events).toEqual([
      { actor: 'cli', severity: 'warning', details: { from: ['clerk'], to: ['clerk', 'judge'] } },
    ])
  })

  it('is of somebody: there is none of a user whom nobody has', async () => {
    expect(await change('0198c0de-0000-7000-8000-000000000000', 'clerk')).toBe(false)
  })
})
