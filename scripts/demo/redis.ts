import { clearLockedPorts } from 'get-port'
import { Redis } from 'ioredis'
import { type RunningRedis, startRedis } from '../stores.ts'
import type { Lifetime } from './lifetime.ts'

/** The Redis of the demo, which may be lost and come back. */
export interface DemoRedis {
  url: string
  /** Copies all that it holds; returns how many keys that was. */
  keepCopy(): Promise<number>
  /** Ends it at once, and everything in it. */
  lose(): Promise<void>
  /** Another server, on the same port and with the same password, that holds what was copied. */
  bringBack(): Promise<void>
  /** Whether it has a value for the snapshot of that session. */
  hasSnapshot(sessionId: string): Promise<boolean>
}

interface Entry {
  key: string
  value: Buffer
  expiresInMs: number
}

type Start = (port: number) => Promise<RunningRedis>

/** Or the reason why there is none. */
export async function openRedis(
  lifetime: Lifetime,
  log: (line: string) => void,
): Promise<(DemoRedis & { how: string; port: number }) | string> {
  // A demo leaves the machine as it was, so it installs nothing.
  const begin = (port: number) =>
    lifetime.hold(startRedis({ port, install: false, log }), async started => {
      if (started.kind === 'running') await started.stop()
    })
  const first = await begin(0)
  if (first.kind === 'none') return first.reason
  const start: Start = async port => {
    const next = await begin(port)
    if (next.kind === 'none') throw new Error(`Redis did not come back: ${next.reason}`)
    return next
  }
  return { ...mortal(first, start), how: first.how, port: first.port }
}

function mortal(first: RunningRedis, start: Start): DemoRedis {
  let running = first
  let copy: Entry[] = []
  return {
    url: first.url,
    async keepCopy() {
      copy = await asking(first.url, allOf)
      return copy.length
    },
    async lose() {
      // The connection ends with the server, which is the whole answer.
      await asking(first.url, redis => redis.call('SHUTDOWN', 'NOSAVE')).catch(() => undefined)
      await running.stop()
    },
    async bringBack() {
      // The port was this process' own a moment ago, and is kept from it for a while.
      clearLockedPorts()
      running = await start(first.port)
      if (running.port !== first.port) throw new Error(`port ${first.port} was taken meanwhile`)
      await asking(running.url, async redis => {
        for (const { key, value, expiresInMs } of copy) await redis.restore(key, expiresInMs, value)
        await redis.config('SET', 'requirepass', decodeURIComponent(new URL(first.url).password))
      })
    },
    hasSnapshot: sessionId =>
      asking(first.url, async redis => (await redis.exists(`session:{${sessionId}}`)) === 1),
  }
}

async function allOf(redis: Redis): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const key of await redis.keys('*')) {
    const value = await redis.dumpBuffer(key)
    // 0: it does not expire.
    if (value !== null) entries.push({ key, value, expiresInMs: Math.max(0, await redis.pttl(key)) })
  }
  return entries
}

async function asking<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
  // Its failures are also those of the calls below; without a listener they are printed.
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}
