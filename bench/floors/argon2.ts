import { verify } from '@node-rs/argon2'
import Fastify from 'fastify'
import { listen, setting } from '../listen.ts'

/** How many passwords a process like the service's can check in a second when it does nothing else. */
const app = Fastify()
const hash = setting('PASSWORD_HASH')
const password = setting('PASSWORD')
/** As many as Node's thread pool has threads. */
const atOnce = 4

app.get<{ Querystring: { milliseconds: number } }>('/checks', async request => {
  const endsAt = performance.now() + Number(request.query.milliseconds)
  const done = await Promise.all(Array.from({ length: atOnce }, () => checkUntil(endsAt)))
  return { done: done.reduce((sum, count) => sum + count, 0) }
})

async function checkUntil(endsAt: number): Promise<number> {
  let count = 0
  while (performance.now() < endsAt) {
    if (!(await verify(hash, password))) throw new Error('the password does not match its own hash')
    count++
  }
  return count
}

await listen(app)
