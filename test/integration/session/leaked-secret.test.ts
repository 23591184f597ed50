import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClock } from '../../../src/clock.ts'
import { createSecretRing, type PreviousSecret } from '../../../src/session/token/secret-ring.ts'
import { createRedisLink, type RedisLink } from '../../../src/store/redis/link.ts'
import { createSessionCache } from '../../../src/store/session/cache.ts'
import { snapshot } from '../../contract/session-cache.ts'
import { freshRedis } from '../../support/stores.ts'

const settings = { snapshotLifetimeMs: () => 60_000, markLifetimeSeconds: 1_000 }
const [old, next] = [randomBytes(32), randomBytes(32)]

let link: RedisLink
beforeAll(async () => {
  link = createRedisLink({ kind: 'standalone', url: (await freshRedis()).url }, () => undefined)
  await link.connect()
  await vi.waitUntil(() => link.state() === 'up', { timeout: 10_000 })
})
afterAll(() => link.close())

function cacheWith(secret: Buffer, previous: PreviousSecret | null) {
  return createSessionCache(
    link,
    createSecretRing(createClock(), secret, previous, () => true),
    settings,
  )
}

describe('a secret that has been replaced', () => {
  it('still proves the snapshots that were written with it', async () => {
    const written = snapshot()
    await cacheWith(old, null).fill(written, { replace: true })
    const replaced = cacheWith(next, { secret: old, leaked: false })
    expect(await replaced.read(written.id)).toMatchObject({ snapshot: written })
  })

  it('proves no snapshot any more when it has leaked: whoever has it could have written that', async () => {
    const planted = snapshot({ roles: ['admin'] })
    await cacheWith(old, null).fill(planted, { replace: true })
    const leaked = cacheWith(next, { secret: old, leaked: true })
    expect(await leaked.read(planted.id)).toMatchObject({ kind: 'read', snapshot: null })
  })

  it('still marks sessions as revoked when it has leaked, for an instance may know no other yet', async () => {
    const ended = snapshot()
    await cacheWith(old, null).revoke([{ sessionId: ended.id, reason: 'logout' }])
    const leaked = cacheWith(next, { secret: old, leaked: true })
    expect(await leaked.read(ended.id)).toMatchObject({ revoked: 'logout' })
  })
})
