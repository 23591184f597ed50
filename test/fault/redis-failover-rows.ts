import { startRedisCluster } from '../support/redis-cluster.ts'
import { attachReplica, detachReplica, isReplicaOf, type RedisNode } from '../support/redis-node.ts'
import { startSentinelTopology } from '../support/redis-sentinel.ts'
import { until } from '../support/until.ts'
import { after } from './bench.ts'
import type { Held } from './person.ts'
import type { Row, Stage } from './row.ts'
import { signedInVictims, verifyEverywhere } from './victims.ts'

/** Silent for so long, a server counts as lost. Shorter, and a machine that is busy loses some by itself. */
const downAfterMs = 1_000
const nodeTimeoutMs = 1_500

/** A snapshot outlives the failover, or it would prove nothing. */
const cacheTtlSeconds = 15

/** A Redis of several servers, as far as these rows need it. */
type Topology = {
  settings: Record<string, string>
  masterOf(key: string): Promise<RedisNode>
  replicasOf(master: RedisNode): Promise<readonly RedisNode[]>
  close(): Promise<void>
}

/**
 * Replication is not waited for. So here the replicas have the snapshots, and never hear that the sessions were revoked;
 * then the master dies, one of them takes over, and the old one follows it. Postgres has the answers, so nothing may fail.
 * The instances are left without a Redis, so these rows come last.
 */
export const redisFailoverRows: readonly Row[] = [
  failover(
    'a master under Sentinel is killed, and its successor has snapshots of revoked sessions',
    async () => {
      const { settings, master, servers, close } = await startSentinelTopology({ downAfterMs })
      const replicasOf = async (lost: RedisNode) => servers.filter(server => server !== lost)
      return { settings, masterOf: master, replicasOf, close }
    },
  ),
  failover(
    'a master of a Cluster is killed, and its successor has snapshots of revoked sessions',
    async () => {
      const { settings, masterOf, replicaOf, close } = await startRedisCluster({ nodeTimeoutMs })
      return { settings, masterOf, replicasOf: async master => [await replicaOf(master)], close }
    },
  ),
]

function failover(title: string, start: () => Promise<Topology>): Row {
  let started: Promise<Topology> | null = null
  function begin(): Promise<Topology> {
    started ??= start()
    return started
  }
  return {
    title,
    early() {
      // Whoever prepares the row hears why it failed.
      begin().catch(() => {})
    },
    async prepare(bench) {
      const { posts } = bench
      const [topology] = await Promise.all([begin(), ...posts.map(post => post.stop())])
      // All have left the list; an instance that a row before has killed is still on it, and nobody can mark anything on
      // the Redis that it read. That is a fault of its own, and revocations would wait for it to be forgotten.
      await bench.postgres().query('DELETE FROM instances')
      const settings = { REDIS_URL: '', CACHE_TTL_SECONDS: String(cacheTtlSeconds), ...topology.settings }
      await Promise.all(posts.map(post => post.start(settings)))
      const ailments = await bench.ailments(after(120_000))
      if (ailments.length > 0) throw new Error(ailments.join('; '))
    },
    async fault(stage) {
      const topology = await begin()
      const { by, victims } = await signedInVictims(stage, 3)
      const key = snapshotKey(victims[0])
      const master = await topology.masterOf(key)
      const replicas = await topology.replicasOf(master)
      await keepSnapshots(replicas, key)
      for (const victim of victims) await stage.guest.revoke(by, victim)
      await askWhile(stage, victims, async () => {
        await failOver(topology, key, master, replicas)
        await stage.hold(500)
      })
    },
    async tidy() {
      const topology = await started?.catch(() => null)
      started = null
      await topology?.close()
    },
  }
}

/** From now on the replicas have that snapshot, whatever happens to it on their master. */
async function keepSnapshots(replicas: readonly RedisNode[], key: string): Promise<void> {
  for (const replica of replicas) {
    // A node of a Cluster sends others away unless it is told that an old answer will do.
    await replica.client.readonly().catch(() => {})
    await until('a replica has the snapshot', async () => (await replica.client.exists(key)) === 1)
    await detachReplica(replica)
  }
}

/** About sessions that are over, on every instance. */
async function askWhile(
  { guest, bench, hold }: Stage,
  victims: readonly Held[],
  work: () => Promise<void>,
): Promise<void> {
  let over = false
  async function ask(): Promise<void> {
    while (!over) {
      for (const victim of victims) await verifyEverywhere(guest, victim, bench)
      await hold(40)
    }
  }
  const working = work().finally(() => {
    over = true
  })
  await Promise.all([working, ask()])
}

async function failOver(
  topology: Topology,
  key: string,
  master: RedisNode,
  replicas: readonly RedisNode[],
): Promise<void> {
  await master.kill()
  await until('another one is master', async () => (await topology.masterOf(key)) !== master)
  const next = await topology.masterOf(key)
  if ((await next.client.exists(key)) === 0) throw new Error('the new master has heard of the revocation')
  await Promise.all(replicas.map(attachReplica))
  await master.start()
  await until('the old master follows', async () => isReplicaOf(master, await topology.masterOf(key)))
}

function snapshotKey(held: Held | undefined): string {
  return `session:{${held?.id}}`
}
