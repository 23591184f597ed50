import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Redis } from 'ioredis'
import type { RedisContinuity } from '../../session/revocation/lease.ts'
import { afterFailure, afterSuccess, type Breaker, closedBreaker } from './breaker.ts'
import { commandTimeoutMs, createRedis, databaseOf, type RedisAddress, type RedisClient } from './redis.ts'
import { createRedisRights } from './rights.ts'
import { createSubscription, type RedisSubscription } from './subscription.ts'

/** `recovering`: connected, but not yet trusted again. `restricted`: up, but its user lacks rights. */
export type RedisState = 'up' | 'down' | 'recovering' | 'restricted'

export type RedisLink = {
  /** Sends a command; rejects within the command timeout, or immediately while Redis is known to be down. */
  ask<T>(command: (redis: RedisClient) => Promise<T>): Promise<T>
  /** The id of the server since the last break; null while it is down, and always for a Cluster, which has many. */
  continuity(): RedisContinuity
  state(): RedisState
  /** For a Cluster, a command may name only keys of one slot. */
  isCluster: boolean
  connect(): Promise<void>
  /** Calls `listener` for each message of a channel, over a separate connection. */
  subscribe(channel: string, listener: (message: string) => void): void
  close(): void
}

/** For health checks and metrics. */
export type WatchedRedisLink = RedisLink & {
  /** It failed repeatedly and is skipped; only a probe is sent. */
  isBreakerOpen(): boolean
}

/** Called when it is up, and for each other state once until it is up again. */
export type RedisListener = (state: RedisState, reason: string) => void

const probeEveryMs = 1_000
const startPatienceMs = 500

/** A connection to Redis that fails fast, and knows when it was broken. */
export function createRedisLink(address: RedisAddress, listener: RedisListener): WatchedRedisLink {
  const redis = createRedis(address)
  const database = databaseOf(address)
  const rights = createRedisRights()
  /** False until the connection is known to be on the database that was named; it begins on 0. */
  let selected = database === 0
  let subscription: RedisSubscription | undefined
  let breaker: Breaker = closedBreaker
  /** Since it was last up; a server that comes and goes is told of once. */
  const told = new Set<RedisState>()
  /** Replaced at each break, so that two equal readings of it have none between them. */
  let server: RedisContinuity = null
  /** False from a break until a probe has told which server is there now. */
  let probed = false
  let timer: NodeJS.Timeout | undefined
  let probing: Promise<boolean> | null = null

  function isUp(): boolean {
    return redis.status === 'ready' && selected && breaker.kind === 'closed' && probed
  }

  function state(): RedisState {
    if (redis.status !== 'ready' || !selected) return 'down'
    if (!isUp()) return 'recovering'
    return rights.refusal() === null ? 'up' : 'restricted'
  }

  function tell(reason: string): void {
    const now = state()
    if (told.has(now)) return
    if (now === 'up') told.clear()
    else told.delete('up')
    told.add(now)
    listener(now, reason)
  }

  function broken(reason: string): void {
    server = server === null ? null : { runId: server.runId }
    breaker = afterFailure(breaker)
    tell(reason)
  }

  /** The server behind the next connection is unknown until it reports its id. */
  function closed(): void {
    server = null
    probed = false
    selected = database === 0
    rights.forget()
    broken('the connection was closed')
  }

  async function ask<T>(command: (redis: RedisClient) => Promise<T>): Promise<T> {
    // Without a connection, a Cluster client queues commands.
    if (breaker.kind === 'open' || redis.status !== 'ready' || !selected) throw new RedisAwayError()
    try {
      const answer = await (redis instanceof Cluster ? inTime(command(redis)) : command(redis))
      breaker = afterSuccess(breaker)
      return answer
    } catch (error) {
      noteFailure(error)
      throw error
    }
  }

  function noteFailure(error: unknown): void {
    if (rights.isRefusal(error)) tell(rights.refusal() ?? '')
    else if (isAway(error)) broken(messageOf(error))
  }

  function probe(): Promise<boolean> {
    probing ??= probeOnce().finally(() => {
      probing = null
    })
    return probing
  }

  /** Also watches the server's identity: behind one address another server may stand, with other data. */
  async function probeOnce(): Promise<boolean> {
    try {
      if (!(redis instanceof Cluster)) await select(redis)
      const runId = redis instanceof Cluster ? await probeCluster(redis) : await probeMaster(redis)
      if (runId === null) server = null
      else if (runId !== server?.runId) server = { runId }
      probed = true
      breaker = closedBreaker
      tell('it responds')
      return true
    } catch (error) {
      broken(messageOf(error))
      return false
    }
  }

  /** The driver goes on in database 0 when it fails to select another one. */
  async function select(server: Redis): Promise<void> {
    if (selected) return
    await server.select(database)
    selected = true
  }

  async function keepWatch(): Promise<void> {
    subscription?.probe()
    if (await probe()) return
    // A connection on which nothing comes back may never come back, and another server may be the master by now.
    if (redis.status === 'ready' && !(redis instanceof Cluster)) redis.disconnect(true)
  }

  redis.on('ready', () => void probe())
  redis.on('close', closed)
  redis.on('error', error => tell(messageOf(error)))

  return {
    ask,
    state,
    isCluster: redis instanceof Cluster,
    isBreakerOpen: () => breaker.kind === 'open',
    continuity: () => (isUp() ? server : null),
    async connect() {
      timer = setInterval(() => void keepWatch(), probeEveryMs)
      // A server that does not respond, or Sentinels that are all down, must not delay the start.
      const connected = redis.connect().then(probe, () => undefined)
      await Promise.race([connected, sleep(startPatienceMs)])
    },
    subscribe(channel, heard) {
      subscription = createSubscription(redis, channel, heard, noteFailure)
    },
    close() {
      clearInterval(timer)
      // An intended close is not a state change.
      redis.removeAllListeners('close')
      redis.disconnect()
      subscription?.close()
    },
  }
}

/** Redis is known to be down, and no command was sent. */
export class RedisAwayError extends Error {
  constructor() {
    super('Redis is down')
    this.name = 'RedisAwayError'
  }
}

const awayReplies = /^(READONLY|NOREPLICAS|LOADING|MASTERDOWN|CLUSTERDOWN|NOAUTH|WRONGPASS)/

/** A server that rejects one command (such as out of memory) is up; one that cannot serve responds with these. */
function isAway(error: unknown): boolean {
  const isReply = error instanceof Error && error.name === 'ReplyError'
  return !isReply || awayReplies.test(error.message)
}

/** The run id, if it is reported. A master that has become a replica may keep its connections, but not its data. */
async function probeMaster(redis: Redis): Promise<string | null> {
  const [server, replication] = await Promise.all([redis.info('server'), redis.info('replication')])
  if (/^role:slave/m.test(replication)) throw new Error('it is a replica')
  return /^run_id:(\w+)/m.exec(server)?.[1] ?? null
}

/**
 * A Cluster is up if a master responds for each slot; while one is down, the Cluster counts as down. Its servers
 * have no common run id.
 */
async function probeCluster(cluster: Cluster): Promise<null> {
  const masters = mastersOf(cluster)
  const [state] = await Promise.all([cluster.cluster('INFO'), ...masters.map(answers)])
  if (!/^cluster_state:ok/m.test(state)) throw new Error('the cluster is down')
  return null
}

function mastersOf(cluster: Cluster): Redis[] {
  const masters = new Map(
    cluster.nodes('master').map(node => [`${node.options.host}:${node.options.port}`, node]),
  )
  return [...new Set(cluster.slots.map(([owner = 'an unassigned slot']) => owner))].map(owner => {
    const master = masters.get(owner)
    if (master === undefined) throw new Error(`no connection to ${owner}`)
    return master
  })
}

/** The nodes of a Cluster have longer, to find each other. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Command timed out')), commandTimeoutMs)
  })
  return await Promise.race([answer, timeout]).finally(() => clearTimeout(timer))
}

/** Also makes room for a new connection where nothing may ever come back on this one. */
async function answers(node: Redis): Promise<void> {
  await node.ping().catch(error => {
    node.disconnect()
    throw error
  })
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (/DB index/i.test(error.message))
    return `${error.message}; check the number of the database in REDIS_URL`
  // Of a Cluster that could not be reached at all: why is what the last node has said.
  const cause = 'lastNodeError' in error ? error.lastNodeError : undefined
  return cause instanceof Error ? `${error.message} ${cause.message}` : error.message
}
