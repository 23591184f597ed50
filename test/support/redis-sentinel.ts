import { randomBytes } from 'node:crypto'
import type { RedisAddress } from '../../src/store/redis/redis.ts'
import type { Certificate } from './certificate.ts'
import { freePort } from './port.ts'
import { isReplicaOf, type RedisNode, startAll, startRedisNode } from './redis-node.ts'
import { until } from './until.ts'

/** A master with two replicas, and three Sentinels that watch over them. */
export type SentinelTopology = {
  address: RedisAddress
  /** The same as the service's settings. */
  settings: Record<string, string>
  servers: readonly RedisNode[]
  sentinels: readonly RedisNode[]
  /** Whom most of the Sentinels name. */
  master(): Promise<RedisNode>
  close(): Promise<void>
}

export type SentinelOptions = {
  /** Silent for so long, the master counts as down. */
  downAfterMs: number
  certificate?: Certificate
}

const masterName = 'latchkey'
const passwords = { server: 'of-the-servers', sentinel: 'of-the-sentinels' }
const host = '127.0.0.1'

export async function startSentinelTopology(options: SentinelOptions): Promise<SentinelTopology> {
  const nodes: RedisNode[] = []
  const close = async () => {
    await Promise.all(nodes.map(node => node.close()))
  }
  try {
    const first = await startServer(options)
    nodes.push(first)
    const replicas = await startAll(
      [1, 2].map(() => () => startServer(options, `replicaof ${host} ${first.port}`)),
    )
    nodes.push(...replicas)
    await until('the replicas follow the master', async () =>
      (await Promise.all(replicas.map(replica => isReplicaOf(replica, first)))).every(Boolean),
    )
    const servers = [first, ...replicas]
    const places = await Promise.all(
      [1, 2, 3].map(async () => ({ id: randomBytes(20).toString('hex'), port: await freePort() })),
    )
    const sentinels = await startAll(
      places.map(place => () => startSentinel(place, places, { ...options, first, replicas })),
    )
    nodes.push(...sentinels)
    const access = { username: null, password: passwords.server, tls: options.certificate !== undefined }
    const topology: SentinelTopology = {
      address: {
        kind: 'sentinel',
        sentinels: sentinels.map(({ port }) => ({ host, port })),
        masterName,
        access,
        sentinelPassword: passwords.sentinel,
      },
      settings: {
        REDIS_SENTINELS: sentinels.map(({ port }) => `${host}:${port}`).join(','),
        REDIS_MASTER_NAME: masterName,
        REDIS_SENTINEL_PASSWORD: passwords.sentinel,
        REDIS_NODE_PASSWORD: passwords.server,
        REDIS_TLS: String(access.tls),
      },
      servers,
      sentinels,
      master: () => namedByMost(servers, sentinels),
      close,
    }
    await until('the Sentinels agree on a master', async () => (await topology.master()) === first)
    return topology
  } catch (error) {
    await close()
    throw error
  }
}

function startServer({ certificate }: SentinelOptions, ...more: string[]): Promise<RedisNode> {
  const { server } = passwords
  // Replicas are sent the data at once, instead of five seconds later together.
  const config = [`masterauth ${server}`, 'repl-diskless-sync-delay 0', ...more]
  return startRedisNode({ kind: 'server', password: server, certificate, config })
}

type Place = { id: string; port: number }

/** It knows the others and the replicas from its file, as one that has run before. */
async function startSentinel(
  { id, port }: Place,
  all: readonly Place[],
  watched: SentinelOptions & { first: RedisNode; replicas: readonly RedisNode[] },
): Promise<RedisNode> {
  const { first, replicas, downAfterMs, certificate } = watched
  const { server, sentinel } = passwords
  const others = all.filter(other => other.id !== id)
  const config = [
    `sentinel myid ${id}`,
    `sentinel sentinel-pass ${sentinel}`,
    `sentinel monitor ${masterName} ${host} ${first.port} 2`,
    `sentinel auth-pass ${masterName} ${server}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    // An election without a majority is held again after twice this time: three that notice at the same moment each
    // vote for themselves.
    `sentinel failover-timeout ${masterName} 2000`,
    `sentinel parallel-syncs ${masterName} 2`,
    ...replicas.map(replica => `sentinel known-replica ${masterName} ${host} ${replica.port}`),
    ...others.map(other => `sentinel known-sentinel ${masterName} ${host} ${other.port} ${other.id}`),
  ]
  const node = await startRedisNode({ kind: 'sentinel', port, password: sentinel, certificate, config })
  // A master that comes back is looked at again after the one, ten seconds unless told otherwise, and made a replica
  // after four times the other, eight seconds.
  await node.client.call('SENTINEL', 'DEBUG', 'INFO-PERIOD', '500', 'PUBLISH-PERIOD', '250').catch(() => {})
  return node
}

async function namedByMost(
  servers: readonly RedisNode[],
  sentinels: readonly RedisNode[],
): Promise<RedisNode> {
  const answers = await Promise.all(
    sentinels.map(({ client }) => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)),
  )
  const named = answers.map(answer => (Array.isArray(answer) ? Number(answer[1]) : Number.NaN))
  const master = servers.find(({ port }) => named.filter(one => one === port).length * 2 > named.length)
  if (master === undefined) throw new Error(`the Sentinels do not agree on a master: ${named.join(', ')}`)
  return master
}
