import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { SessionCache } from '../../../src/session/ports.ts'
import type { RedisLink } from '../../../src/store/redis/link.ts'
import type { RedisAddress } from '../../../src/store/redis/redis.ts'
import {
  cacheOn,
  describeCacheThatIsAway,
  describeSessionCache,
  linkTo,
  markKey,
  patient,
  snapshotKey,
} from '../../contract/session-cache.ts'
import { startProxy } from '../../fault/proxy.ts'
import { client } from '../../support/client.ts'
import { query } from '../../support/database.ts'
import { expectAllWorks, signIn, statusesOf, verifyingDuring } from '../../support/everyday.ts'
import { freePort } from '../../support/port.ts'
import { attachReplica, detachReplica, isReplicaOf } from '../../support/redis-node.ts'
import { type SentinelTopology, startSentinelTopology } from '../../support/redis-sentinel.ts'
import { type Instance, startInstance } from '../../support/service.ts'
import { startSilentServer } from '../../support/silent-server.ts'
import { freshDatabase } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

/** Long, where no master is lost: a machine that is busy must not look like one. */
const patientMs = 10_000
const briefMs = 1_000

describeSessionCache('Sentinel', () => startSentinelTopology({ downAfterMs: patientMs }), { vouches: true })

async function linked(address: RedisAddress): Promise<RedisLink> {
  const link = await linkTo(address)
  onTestFinished(() => link.close())
  return link
}

function sentinelsAt(...ports: number[]): RedisAddress {
  const sentinels = ports.map(port => ({ host: '127.0.0.1', port }))
  const access = { username: null, password: null, tls: false }
  return { kind: 'sentinel', sentinels, masterName: 'latchkey', access, sentinelPassword: null }
}

async function cacheAt(address: RedisAddress): Promise<SessionCache> {
  return cacheOn(await linked(address))
}

describeCacheThatIsAway('Sentinel', [
  ['no Sentinel listens', async () => cacheAt(sentinelsAt(await freePort(), await freePort()))],
  [
    'no Sentinel answers',
    async () => {
      const silent = await startSilentServer()
      onTestFinished(() => silent.close())
      return cacheAt(sentinelsAt(silent.port))
    },
  ],
  [
    'the master froze, and the Sentinels have not noticed yet',
    async () => {
      const topology = await startSentinelTopology({ downAfterMs: patientMs })
      onTestFinished(() => topology.close())
      const cache = await cacheAt(topology.address)
      await until('Redis answers', async () => (await cache.read('any')).kind === 'read')
      await (await topology.master()).freeze()
      return cache
    },
  ],
])

describe('a link to Redis through Sentinels', () => {
  let topology: SentinelTopology

  beforeAll(async () => {
    topology = await startSentinelTopology({ downAfterMs: patientMs })
  })
  afterAll(() => topology?.close())

  it('passes over a Sentinel that hangs', async () => {
    const [first] = topology.sentinels
    await first?.freeze()
    const link = await linked(topology.address)
    await until('the link is up', async () => link.state() === 'up')
    await first?.thaw()
  })

  it('knows another master for another server', async () => {
    const link = await linked(topology.address)
    await until('the link is up', async () => link.state() === 'up')
    const [first, continuity] = [await topology.master(), link.continuity()]
    const [sentinel] = topology.sentinels
    await sentinel?.client.call('SENTINEL', 'FAILOVER', 'latchkey')
    await until('another master is named', async () => (await topology.master()) !== first)
    // As long as it is let, the first one says yes to whatever it is told, and will forget it.
    await until('the first one follows', async () => isReplicaOf(first, await topology.master()))
    await until('the link is up', async () => link.state() === 'up')
    expect(await patient(link).ask(redis => redis.set('key', 'value'))).toBe('OK')
    expect(await (await topology.master()).client.get('key')).toBe('value')
    expect(link.continuity()).not.toBeNull()
    expect(link.continuity()).not.toEqual(continuity)
  })
})

describe('a service on Sentinel', () => {
  let topology: SentinelTopology
  let a: Instance
  let b: Instance

  beforeAll(async () => {
    topology = await startSentinelTopology({ downAfterMs: briefMs })
    const environment = { DATABASE_URL: (await freshDatabase()).url, ...topology.settings }
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  })
  afterAll(async () => {
    await Promise.all([a?.close(), b?.close()])
    await topology?.close()
  })

  const isWell = async () => {
    const answers = await Promise.all([a, b].map(({ url }) => client(url).call('GET', '/health/ready')))
    return answers.every(({ body }) => body['status'] === 'ok')
  }

  it('does all that it does', async () => {
    await until('the service is well', isWell)
    await expectAllWorks(a, b)
  })

  it('keeps what was revoked revoked, and everybody else signed in, when the master dies and the next one has never heard of it', async () => {
    const [keeper, victim] = [await signIn(a), await signIn(b)]
    expect(await statusesOf([a, b], keeper.accessToken)).toEqual([204, 204])
    expect(await statusesOf([a, b], victim.accessToken)).toEqual([204, 204])
    const first = await topology.master()
    const replicas = topology.servers.filter(server => server !== first)
    await until('the replicas know the session', async () => {
      const found = await Promise.all(
        replicas.map(replica => replica.client.exists(snapshotKey(victim.sessionId))),
      )
      return found.every(Boolean)
    })
    await Promise.all(replicas.map(detachReplica))
    const revoked = await client(a.url).call('POST', '/v1/auth/logout', { token: victim.accessToken })
    expect(revoked.status).toBe(204)
    expect(await first.client.exists(markKey(victim.sessionId))).toBe(1)

    const whileItDied = await verifyingDuring([a, b], keeper.accessToken, async () => {
      await first.kill()
      await until('another master is named', async () => (await topology.master()) !== first)
      expect(await statusesOf([a, b], victim.accessToken)).toEqual([401, 401])
      await until('the service is well', isWell)
    })
    expect(whileItDied).toEqual(new Set([204]))
    const next = await topology.master()
    expect(await next.client.exists(markKey(victim.sessionId))).toBe(0)
    expect(await next.client.exists(snapshotKey(victim.sessionId))).toBe(1)
    expect(await statusesOf([a, b], victim.accessToken)).toEqual([401, 401])

    const whileItCame = await verifyingDuring([a, b], keeper.accessToken, async () => {
      await Promise.all(replicas.map(attachReplica))
      await first.start()
      await until('the first one follows', () => isReplicaOf(first, next))
    })
    expect(whileItCame).toEqual(new Set([204]))
    expect(await statusesOf([a, b], victim.accessToken)).toEqual([401, 401])
    await expectAllWorks(a, b)
  })
})

describe('a service on Sentinel whose Postgres is away', () => {
  it('goes on saying yes from snapshots', async () => {
    const topology = await startSentinelTopology({ downAfterMs: patientMs })
    const database = new URL((await freshDatabase()).url)
    const way = await startProxy(Number(database.port))
    database.host = `127.0.0.1:${way.port}`
    const instance = await startInstance({ DATABASE_URL: database.href, ...topology.settings })
    try {
      const tokens = await signIn(instance)
      expect(await statusesOf([instance], tokens.accessToken)).toEqual([204])
      const master = await topology.master()
      await until(
        'it is known',
        async () => (await master.client.exists(snapshotKey(tokens.sessionId))) === 1,
      )
      // From then on this Redis may vouch for what Postgres cannot be asked about.
      await until('the instance has noted its Redis', async () => {
        const [noted] = await query<{ run_id: string | null }>(
          database.href,
          'SELECT redis_run_id AS run_id FROM instances',
        )
        return noted?.run_id?.length === 40
      })
      await sleep(500)
      await way.set({ kind: 'refuse' })
      // Longer than the lease.
      await sleep(1_500)
      expect(await statusesOf([instance], tokens.accessToken)).toEqual([204])
      expect(instance.services.health()).toMatchObject({ status: 'degraded', postgres: 'down', redis: 'up' })
    } finally {
      await instance.close()
      await way.close()
      await topology.close()
    }
  })
})
