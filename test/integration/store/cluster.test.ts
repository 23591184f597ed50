import { once } from 'node:events'
import { createServer } from 'node:net'
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
  snapshotKey,
} from '../../contract/session-cache.ts'
import { startProxy } from '../../fault/proxy.ts'
import { client, type Tokens } from '../../support/client.ts'
import { expectAllWorks, signIn, statusesOf, verifyingDuring } from '../../support/everyday.ts'
import { freePort } from '../../support/port.ts'
import { type ClusterTopology, startRedisCluster } from '../../support/redis-cluster.ts'
import { attachReplica, detachReplica, isReplicaOf } from '../../support/redis-node.ts'
import { type Instance, startInstance } from '../../support/service.ts'
import { startSilentServer } from '../../support/silent-server.ts'
import { freshDatabase } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

/** Long, where no master is lost: a machine that is busy must not look like one. */
const patientMs = 10_000
const briefMs = 1_500

let cluster: ClusterTopology

beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeoutMs: patientMs })
})
afterAll(() => cluster?.close())

describeSessionCache('a Cluster', async () => ({ address: cluster.address, close: async () => {} }), {
  vouches: false,
})

async function linked(address: RedisAddress): Promise<RedisLink> {
  const link = await linkTo(address)
  onTestFinished(() => link.close())
  return link
}

function clusterAt(...ports: number[]): RedisAddress {
  const nodes = ports.map(port => ({ host: '127.0.0.1', port }))
  return { kind: 'cluster', nodes, access: { username: null, password: null, tls: false } }
}

async function cacheAt(address: RedisAddress): Promise<SessionCache> {
  return cacheOn(await linked(address))
}

describeCacheThatIsAway('a Cluster', [
  ['nothing listens', async () => cacheAt(clusterAt(await freePort(), await freePort()))],
  [
    'nothing answers',
    async () => {
      const silent = await Promise.all([startSilentServer(), startSilentServer()])
      onTestFinished(async () => void (await Promise.all(silent.map(server => server.close()))))
      return cacheAt(clusterAt(...silent.map(({ port }) => port)))
    },
  ],
  [
    'all of it froze',
    async () => {
      const link = await linked(cluster.address)
      await until('the link is up', async () => link.state() === 'up')
      await Promise.all(cluster.nodes.map(node => node.freeze()))
      onTestFinished(async () => {
        await Promise.all(cluster.nodes.map(node => node.thaw()))
      })
      return cacheOn(link)
    },
  ],
])

describe('a service on a Cluster', () => {
  let cluster: ClusterTopology
  let a: Instance
  let b: Instance

  beforeAll(async () => {
    cluster = await startRedisCluster({ nodeTimeoutMs: briefMs })
    const environment = { DATABASE_URL: (await freshDatabase()).url, ...cluster.settings }
    ;[a, b] = await Promise.all([startInstance(environment), startInstance(environment)])
  })
  afterAll(async () => {
    await Promise.all([a?.close(), b?.close()])
    await cluster?.close()
  })

  const isWell = async () => {
    const answers = await Promise.all([a, b].map(({ url }) => client(url).call('GET', '/health/ready')))
    return answers.every(({ body }) => body['status'] === 'ok')
  }

  /** A session on each of the masters, known to the Cluster. */
  async function oneOnEach(): Promise<Tokens[]> {
    const found = new Map<number, Tokens>()
    for (let tries = 0; found.size < 3 && tries < 60; tries++) {
      const tokens = await signIn(a)
      const { port } = await cluster.masterOf(snapshotKey(tokens.sessionId))
      if (!found.has(port)) found.set(port, tokens)
    }
    for (const { accessToken } of found.values()) {
      expect(await statusesOf([a, b], accessToken)).toEqual([204, 204])
    }
    return [...found.values()]
  }

  it('does all that it does, wherever in the Cluster a session is kept', async () => {
    await until('the service is well', isWell)
    await expectAllWorks(a, b)
    const sessions = await oneOnEach()
    expect(sessions).toHaveLength(3)
    for (const { sessionId, accessToken } of sessions) {
      const { client: redis } = await cluster.masterOf(snapshotKey(sessionId))
      await until(
        'the Cluster knows the session',
        async () => (await redis.exists(snapshotKey(sessionId))) === 1,
      )
      const revoked = await client(b.url).call('POST', '/v1/auth/logout', { token: accessToken })
      expect(revoked.status).toBe(204)
      expect(await redis.exists(markKey(sessionId), snapshotKey(sessionId))).toBe(1)
      expect(await statusesOf([a, b], accessToken)).toEqual([401, 401])
    }
  })

  it('keeps what was revoked revoked, and everybody else signed in, when a master dies and its replica has never heard of it', async () => {
    const [keeper, victim] = [await signIn(a), await signIn(b)]
    const key = snapshotKey(victim.sessionId)
    expect(await statusesOf([a, b], keeper.accessToken)).toEqual([204, 204])
    expect(await statusesOf([a, b], victim.accessToken)).toEqual([204, 204])
    const master = await cluster.masterOf(key)
    const replica = await cluster.replicaOf(master)
    await replica.client.readonly()
    await until('the replica knows the session', async () => (await replica.client.exists(key)) === 1)
    await detachReplica(replica)
    const revoked = await client(a.url).call('POST', '/v1/auth/logout', { token: victim.accessToken })
    expect(revoked.status).toBe(204)
    expect(await master.client.exists(markKey(victim.sessionId))).toBe(1)

    const whileItDied = await verifyingDuring([a, b], keeper.accessToken, async () => {
      await master.kill()
      await until('its replica is the master', async () => (await cluster.masterOf(key)) === replica)
      expect(await statusesOf([a, b], victim.accessToken)).toEqual([401, 401])
      await until('the service is well', isWell)
    })
    expect(whileItDied).toEqual(new Set([204]))
    expect(await replica.client.exists(markKey(victim.sessionId))).toBe(0)
    expect(await replica.client.exists(key)).toBe(1)
    expect(await statusesOf([a, b], victim.accessToken)).toEqual([401, 401])

    const whileItCame = await verifyingDuring([a, b], keeper.accessToken, async () => {
      await attachReplica(replica)
      await master.start()
      await until('the old master follows', () => isReplicaOf(master, replica))
    })
    expect(whileItCame).toEqual(new Set([204]))
    expect(await statusesOf([a, b], victim.accessToken)).toEqual([401, 401])
    await expectAllWorks(a, b)
  })

  it('goes on without it when all of it goes, looks for it with pauses, and uses it again when it is back', async () => {
    const { accessToken } = await signIn(a)
    const statuses = await verifyingDuring([a, b], accessToken, async () => {
      await Promise.all(cluster.nodes.map(node => node.kill()))
      const doors = await Promise.all(cluster.nodes.map(({ port }) => countingDoor(port)))
      await sleep(2_000)
      await Promise.all(doors.map(door => door.close()))
      const attempts = doors.reduce((sum, door) => sum + door.attempts(), 0)
      expect(attempts).toBeGreaterThan(0)
      // 219 to 258 in two seconds on two calm cores: for each node, some ten a second and instance.
      expect(attempts).toBeLessThan(1_000)
      await Promise.all(cluster.nodes.map(node => node.start()))
      await until('the service is well', isWell)
    })
    expect(statuses).toEqual(new Set([204]))
    await expectAllWorks(a, b)
  })
})

/** Turns everybody away. */
async function countingDoor(port: number): Promise<{ attempts(): number; close(): Promise<void> }> {
  let attempts = 0
  const door = createServer(socket => {
    attempts++
    socket.destroy()
  })
  door.listen(port, '127.0.0.1')
  await once(door, 'listening')
  return {
    attempts: () => attempts,
    async close() {
      const closed = once(door, 'close')
      door.close()
      await closed
    },
  }
}

describe('a service on a Cluster whose Postgres is away', () => {
  it('says that it does not know, for no server vouches for the marks of all', async () => {
    const database = new URL((await freshDatabase()).url)
    const way = await startProxy(Number(database.port))
    database.host = `127.0.0.1:${way.port}`
    const instance = await startInstance({ DATABASE_URL: database.href, ...cluster.settings })
    try {
      const tokens = await signIn(instance)
      expect(await statusesOf([instance], tokens.accessToken)).toEqual([204])
      await way.set({ kind: 'refuse' })
      // Longer than the lease.
      await sleep(1_500)
      expect(await statusesOf([instance], tokens.accessToken)).toEqual([503])
      expect(instance.services.health()).toMatchObject({
        status: 'unavailable',
        postgres: 'down',
        redis: 'up',
      })
      const ready = await client(instance.url).call('GET', '/health/ready')
      expect(ready.status).toBe(503)
    } finally {
      await instance.close()
      await way.close()
    }
  })
})
