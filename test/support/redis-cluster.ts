import type { RedisAddress } from '../../src/store/redis/redis.ts'
import type { Certificate } from './certificate.ts'
import { freePort } from './port.ts'
import { isReplicaOf, type RedisNode, startAll, startRedisNode } from './redis-node.ts'
import { until } from './until.ts'

/** Three masters that share the slots, and a replica of each. */
export type ClusterTopology = {
  address: RedisAddress
  /** The same as the service's settings. */
  settings: Record<string, string>
  nodes: readonly RedisNode[]
  /** Who has the slot of a key, as most of the nodes that can be asked see it. */
  masterOf(key: string): Promise<RedisNode>
  replicaOf(master: RedisNode): Promise<RedisNode>
  close(): Promise<void>
}

export type ClusterOptions = {
  /** Out of reach for so long, a node counts as failed. */
  nodeTimeoutMs: number
  certificate?: Certificate
}

const password = 'of-the-nodes'
const host = '127.0.0.1'
const slotCount = 16_384

export async function startRedisCluster(options: ClusterOptions): Promise<ClusterTopology> {
  const nodes = await startAll(Array.from({ length: 6 }, () => () => startNode(options)))
  const close = async () => {
    await Promise.all(nodes.map(node => node.close()))
  }
  try {
    await form(nodes.slice(0, 3), nodes.slice(3))
    await Promise.all(
      nodes.map(({ client }) => client.config('SET', 'cluster-node-timeout', options.nodeTimeoutMs)),
    )
    return {
      address: {
        kind: 'cluster',
        nodes: nodes.slice(0, 3).map(({ port }) => ({ host, port })),
        access: { username: null, password, tls: options.certificate !== undefined },
      },
      settings: {
        REDIS_CLUSTER_NODES: nodes
          .slice(0, 3)
          .map(({ port }) => `${host}:${port}`)
          .join(','),
        REDIS_NODE_PASSWORD: password,
        REDIS_TLS: String(options.certificate !== undefined),
      },
      nodes,
      masterOf: key => ownerOf(nodes, key),
      async replicaOf(master) {
        for (const node of nodes) if (await isReplicaOf(node, master).catch(() => false)) return node
        throw new Error(`nobody follows ${master.port}`)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function startNode({ certificate }: ClusterOptions): Promise<RedisNode> {
  const port = await freePort()
  return await startRedisNode({
    kind: 'server',
    port,
    password,
    certificate,
    config: [
      `masterauth ${password}`,
      'repl-diskless-sync-delay 0',
      // A replica is no candidate before it has heard of its master once.
      'repl-ping-replica-period 1',
      'cluster-enabled yes',
      ...(certificate === undefined ? [] : ['tls-cluster yes']),
      // How often they talk to each other follows from it, and so how soon they agree.
      'cluster-node-timeout 2000',
      // However long it has received nothing, a replica may become the master.
      'cluster-replica-validity-factor 0',
    ],
  })
}

/** What `redis-cli --cluster create` does. */
async function form(masters: readonly RedisNode[], replicas: readonly RedisNode[]): Promise<void> {
  const nodes = [...masters, ...replicas]
  const [first] = masters
  if (first === undefined) return
  for (const [index, { client }] of nodes.entries()) {
    await client.cluster('SET-CONFIG-EPOCH', index + 1)
    if (client !== first.client) await first.client.call('CLUSTER', 'MEET', host, `${nodes[index]?.port}`)
  }
  await Promise.all(
    masters.map(({ client }, index) => client.cluster('ADDSLOTS', slotsOf(index, masters.length))),
  )
  await until('the nodes know each other', () => allSay(nodes, `cluster_known_nodes:${nodes.length}\r`))
  await Promise.all(
    replicas.map(async (replica, index) => {
      const id = await masters[index]?.client.cluster('MYID')
      await until('a replica knows its master', async () => {
        return (await replica.client.call('CLUSTER', 'REPLICATE', `${id}`)) === 'OK'
      })
    }),
  )
  await until('the cluster is up', async () => {
    const follow = await Promise.all(
      replicas.map(async (replica, index) => {
        const master = masters[index]
        return master !== undefined && (await isReplicaOf(replica, master))
      }),
    )
    const agreed = await Promise.all(nodes.map(node => shardsOf(node)))
    return (
      follow.every(Boolean) &&
      (await allSay(nodes, 'cluster_state:ok')) &&
      agreed.every(
        shards => shards.length === masters.length && shards.every(({ ports }) => ports.length === 2),
      )
    )
  })
}

function slotsOf(index: number, of: number): number[] {
  return Array.from({ length: slotCount }, (_, slot) => slot).filter(
    slot => Math.floor((slot * of) / slotCount) === index,
  )
}

async function allSay(nodes: readonly RedisNode[], line: string): Promise<boolean> {
  const infos = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')))
  return infos.every(info => info.includes(line))
}

/** Slots and who has them, as this node sees it: the master first, then its replicas. */
async function shardsOf({ client }: RedisNode): Promise<{ from: number; to: number; ports: number[] }[]> {
  const rows = await client.cluster('SLOTS')
  return rows.map(([from, to, ...servers]) => ({
    from: Number(from),
    to: Number(to),
    ports: servers.map(server => (Array.isArray(server) ? Number(server[1]) : Number.NaN)),
  }))
}

async function ownerOf(nodes: readonly RedisNode[], key: string): Promise<RedisNode> {
  const views = await Promise.all(
    nodes
      .map(async node => {
        const slot = await node.client.cluster('KEYSLOT', key)
        return (await shardsOf(node)).find(({ from, to }) => from <= slot && slot <= to)?.ports[0]
      })
      .map(view => view.catch(() => undefined)),
  )
  const named = views.filter(port => port !== undefined)
  const owner = nodes.find(({ port }) => named.filter(one => one === port).length * 2 > named.length)
  if (owner === undefined) throw new Error(`the nodes do not agree on who has ${key}: ${named.join(', ')}`)
  return owner
}
