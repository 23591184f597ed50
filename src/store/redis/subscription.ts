import { Cluster, type Redis } from 'ioredis'
import type { RedisClient } from './redis.ts'

export type RedisSubscription = {
  /** Finds out whether the server still answers; if not, another connection is made. */
  probe(): void
  close(): void
}

/** Milliseconds from the end of one connection to the next. */
const pauseMs = 500

/**
 * Calls `heard` for each message of a channel, over a connection of its own, and `refused` when it cannot subscribe. In a Cluster any node will do, for each
 * passes messages on to all. ioredis would choose one itself, but tries again without a pause while all are away.
 */
export function createSubscription(
  redis: RedisClient,
  channel: string,
  heard: (message: string) => void,
  refused: (error: unknown) => void,
): RedisSubscription {
  let connection: Redis | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function open(): void {
    const opened = connectionBeside(redis)
    connection = opened
    if (opened === null) {
      openLater()
      return
    }
    opened.on('error', () => undefined)
    opened.on('message', (_channel: string, message: string) => heard(message))
    opened.once(
      'ready',
      () =>
        void opened.subscribe(channel).catch((error: unknown) => {
          refused(error)
          opened.disconnect()
        }),
    )
    opened.once('end', openLater)
    opened.connect().catch(() => undefined)
  }

  function openLater(): void {
    connection = null
    if (!closed) timer = setTimeout(open, pauseMs)
  }

  open()
  return {
    probe() {
      const probed = connection
      // On a server that hangs, a subscription stays open and silent.
      if (probed?.status === 'ready') probed.ping().catch(() => probed.disconnect())
    },
    close() {
      closed = true
      clearTimeout(timer)
      connection?.disconnect()
    },
  }
}

function connectionBeside(redis: RedisClient): Redis | null {
  if (!(redis instanceof Cluster)) return redis.duplicate({ retryStrategy: null })
  const nodes = redis.nodes()
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  return node?.duplicate({ retryStrategy: null }) ?? null
}
