import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisLink } from '../../src/store/redis/link.ts'

/**
 * A link to Redis in a process of its own, for Node.js reads whom to trust when it starts. Prints what becomes of it:
 * that a message came through, or why not.
 */
async function main(address: string): Promise<void> {
  let reason = ''
  const link = createRedisLink(JSON.parse(address), (_, said) => {
    reason = said
  })
  let heard = false
  link.subscribe('channel', () => {
    heard = true
  })
  await link.connect()
  for (let tries = 0; tries < 20 && !heard; tries++) {
    await link.ask(redis => redis.publish('channel', '')).catch(() => {})
    await sleep(100)
  }
  process.stdout.write(heard ? 'a message came through' : reason, () => process.exit())
}

await main(process.argv[2] ?? '')
