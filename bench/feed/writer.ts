import { Redis } from 'ioredis'
import pg from 'pg'
import { newsChannel } from '../../src/store/session/cache.ts'

/**
 * Revokes at a given rate, in a process of its own, so that its work is not measured as the followers'. As with real
 * revocations each one is a transaction of its own, and is hinted at; the session rows are left out.
 */
const [databaseUrl = '', redisUrl = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: databaseUrl, max: 16 })
const redis = new Redis(redisUrl)
const tickMs = 10

let perSecond = 0
let owed = 0
let underWay = 0
let committed = 0

process.on('message', message => {
  perSecond = Number(message)
  process.send?.(committed)
  committed = 0
})
// The parent is gone, or has done with us.
process.on('disconnect', () => process.exit())

let lastAt = performance.now()
setInterval(() => {
  const now = performance.now()
  owed += ((now - lastAt) * perSecond) / 1000
  lastAt = now
  // What cannot be written in time is not saved up: the rate that is reported is the one that was reached.
  owed = Math.min(owed, perSecond / 10)
  for (; owed >= 1 && underWay < 200; owed--) void revoke()
}, tickMs)

async function revoke(): Promise<void> {
  underWay++
  try {
    await pool.query({
      name: 'revoke',
      text: `INSERT INTO revocations (session_id, reason, actor) VALUES (gen_random_uuid(), 'user', 'bench')`,
    })
    committed++
    void redis.publish(newsChannel, 'feed')
  } finally {
    underWay--
  }
}
