import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionCache } from '../../src/session/ports.ts'
import type { Snapshot } from '../../src/session/session.ts'
import { snapshotOf } from '../../src/session/verify/snapshot.ts'
import { createRedisLink, type RedisLink } from '../../src/store/redis/link.ts'
import type { RedisAddress } from '../../src/store/redis/redis.ts'
import { createSessionCache } from '../../src/store/session/cache.ts'
import { secretRing, sessionState } from '../support/domain.ts'
import { startStopwatch } from '../support/stopwatch.ts'

/** A Redis that the contract is run on, in whatever topology. */
export type RedisUnderTest = { address: RedisAddress; close(): Promise<void> }

export const snapshotKey = (sessionId: string) => `session:{${sessionId}}`
export const markKey = (sessionId: string) => `blacklist:{${sessionId}}`

/** A request may wait for Redis this long, whatever Redis does. Its commands have 75 ms; the rest is a slow machine. */
export const quickMs = 400

const settings = { snapshotLifetimeMs: () => 60_000, markLifetimeSeconds: 1_000 }

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return { ...snapshotOf(sessionState(1_700_000_000_000), ['role']), id: uuid(), ...changes }
}

/** What holds of every session cache. `vouches`: it can tell that it is the server that it was, unbroken. */
export function describeSessionCache(
  where: string,
  start: () => Promise<RedisUnderTest>,
  { vouches }: { vouches: boolean },
): void {
  describe(`the session cache on ${where}`, () => {
    const secrets = secretRing()
    let server: RedisUnderTest
    let link: RedisLink
    let cache: SessionCache

    beforeAll(async () => {
      server = await start()
      link = patient(await linkTo(server.address))
      cache = createSessionCache(link, secrets, settings)
    })
    afterAll(async () => {
      link?.close()
      await server?.close()
    })

    const nothing = {
      kind: 'read',
      snapshot: null,
      occupied: false,
      revoked: null,
      changedAt: null,
      continuity: vouches ? { runId: expect.any(String) } : null,
    }
    const markedOn = vouches ? expect.stringMatching(/^[0-9a-f]{40}$/) : null

    it('has nothing of a session that nobody has written', async () => {
      expect(await cache.read(uuid())).toEqual(nothing)
    })

    it('gives back the snapshot that was written, for its own session alone', async () => {
      const [one, other] = [
        snapshot(),
        snapshot({ previousAccessTokenHash: null, ipAddress: null, roles: [] }),
      ]
      await cache.fill(one, { replace: false })
      await cache.fill(other, { replace: true })
      expect(await cache.read(one.id)).toEqual({ ...nothing, snapshot: one, occupied: true })
      expect(await cache.read(other.id)).toEqual({ ...nothing, snapshot: other, occupied: true })
    })

    it('keeps what stands there, unless told to replace it', async () => {
      const first = snapshot({ roles: ['first'] })
      const second = { ...first, roles: ['second'] }
      await cache.fill(first, { replace: false })
      await cache.fill(second, { replace: false })
      expect(await cache.read(first.id)).toMatchObject({ snapshot: { roles: ['first'] } })
      await cache.fill(second, { replace: true })
      expect(await cache.read(first.id)).toMatchObject({ snapshot: { roles: ['second'] } })
    })

    it('forgets a snapshot when its lifetime is over, and writes none that has no lifetime', async () => {
      const lifetimes: Record<string, number> = { web: 100, kiosk: 0 }
      const brief = createSessionCache(link, secrets, {
        ...settings,
        snapshotLifetimeMs: clientType => lifetimes[clientType] ?? 0,
      })
      const [web, kiosk] = [snapshot({ clientType: 'web' }), snapshot({ clientType: 'kiosk' })]
      for (const replace of [false, true]) {
        await brief.fill(web, { replace })
        await brief.fill(kiosk, { replace })
        expect(await brief.read(kiosk.id)).toEqual(nothing)
        expect(await link.ask(redis => redis.pttl(snapshotKey(web.id)))).toBeLessThanOrEqual(100)
        await sleep(150)
        expect(await brief.read(web.id)).toEqual(nothing)
      }
    })

    it('deletes the snapshots of revoked sessions and marks each with its reason', async () => {
      const [one, other, bystander] = [snapshot(), snapshot(), snapshot()]
      for (const each of [one, other, bystander]) await cache.fill(each, { replace: false })
      const confirmed = await cache.revoke([
        { sessionId: one.id, reason: 'logout' },
        { sessionId: other.id, reason: 'bulk' },
      ])
      expect(confirmed).toEqual(markedOn)
      expect(await cache.read(one.id)).toEqual({ ...nothing, revoked: 'logout' })
      expect(await cache.read(other.id)).toEqual({ ...nothing, revoked: 'bulk' })
      expect(await cache.read(bystander.id)).toMatchObject({ snapshot: bystander, revoked: null })
      const seconds = await link.ask(redis => redis.ttl(markKey(one.id)))
      expect(seconds).toBeGreaterThan(990)
      expect(seconds).toBeLessThanOrEqual(1_000)
      expect(await cache.revoke([])).toEqual(markedOn)
    })

    it('keeps the mark, whatever is written to the session’s snapshot afterwards', async () => {
      const late = snapshot()
      await cache.revoke([{ sessionId: late.id, reason: 'user' }])
      await cache.fill(late, { replace: false })
      expect(await cache.read(late.id)).toMatchObject({ revoked: 'user' })
      await cache.fill(late, { replace: true })
      expect(await cache.read(late.id)).toMatchObject({ revoked: 'user' })
    })

    it('deletes the snapshots of changed sessions and marks each with the time, whatever is written afterwards', async () => {
      const [one, other] = [snapshot(), snapshot()]
      await cache.fill(one, { replace: false })
      const changedAt = 1_800_000_000_000.125
      expect(await cache.markChanged([one.id, other.id], changedAt)).toEqual(markedOn)
      expect(await cache.read(one.id)).toEqual({ ...nothing, changedAt })
      await cache.fill(one, { replace: true })
      expect(await cache.read(one.id)).toMatchObject({ snapshot: one, revoked: null, changedAt })
      expect(await cache.read(other.id)).toEqual({ ...nothing, changedAt })
      const seconds = await link.ask(redis => redis.ttl(markKey(one.id)))
      expect(seconds).toBeGreaterThan(990)
    })

    it('keeps the mark of a later change, and above all that of a revocation, when an earlier change comes late', async () => {
      const { id } = snapshot()
      for (const changedAt of [20, 10]) expect(await cache.markChanged([id], changedAt)).toEqual(markedOn)
      expect(await cache.read(id)).toEqual({ ...nothing, changedAt: 20 })
      await cache.markChanged([id], 30)
      expect(await cache.read(id)).toEqual({ ...nothing, changedAt: 30 })
      await cache.revoke([{ sessionId: id, reason: 'logout' }])
      await cache.markChanged([id], 40)
      expect(await cache.read(id)).toEqual({ ...nothing, revoked: 'logout' })
    })

    it('trusts no value that was altered, in whatever place', async () => {
      const target = snapshot()
      await cache.fill(target, { replace: false })
      await cache.revoke([{ sessionId: target.id, reason: 'logout' }])
      await cache.fill(target, { replace: false })
      const [genuine, mark] = [await value(snapshotKey(target.id)), await value(markKey(target.id))]
      for (const at of [0, 10, 21, 22, 40, genuine.length - 2]) {
        await write(snapshotKey(target.id), altered(genuine, at))
        expect(await cache.read(target.id)).toMatchObject({ snapshot: null, occupied: true })
      }
      for (const at of [0, 21, 22, mark.length - 1]) {
        await write(markKey(target.id), altered(mark, at))
        expect(await cache.read(target.id)).toMatchObject({ revoked: null })
      }
      for (const planted of [
        '',
        'x',
        JSON.stringify(target),
        genuine.slice(22),
        genuine.slice(0, -1),
        mark,
      ]) {
        await write(snapshotKey(target.id), planted)
        expect(await cache.read(target.id)).toMatchObject({ snapshot: null, occupied: true })
      }
      await write(snapshotKey(target.id), genuine)
      expect(await cache.read(target.id)).toMatchObject({ snapshot: target })
    })

    it('trusts no value that was copied from another session', async () => {
      const [one, other] = [snapshot(), uuid()]
      await cache.fill(one, { replace: false })
      await write(snapshotKey(other), await value(snapshotKey(one.id)))
      await cache.revoke([{ sessionId: one.id, reason: 'logout' }])
      await write(markKey(other), await value(markKey(one.id)))
      expect(await cache.read(other)).toEqual({ ...nothing, occupied: true })
    })

    it('trusts no value that was written with another secret', async () => {
      const foreign = createSessionCache(link, secretRing(), settings)
      const target = snapshot()
      await foreign.fill(target, { replace: false })
      expect(await cache.read(target.id)).toEqual({ ...nothing, occupied: true })
      await foreign.revoke([{ sessionId: target.id, reason: 'logout' }])
      expect(await cache.read(target.id)).toEqual(nothing)
      expect(await foreign.read(target.id)).toEqual({ ...nothing, revoked: 'logout' })
    })

    it('reads past whatever else an intruder puts under its keys', async () => {
      const target = snapshot()
      await link.ask(redis => redis.rpush(snapshotKey(target.id), 'a list'))
      await link.ask(redis => redis.hset(markKey(target.id), 'a', 'hash'))
      expect(await cache.read(target.id)).toMatchObject({ kind: 'read', snapshot: null, revoked: null })
      await cache.revoke([{ sessionId: target.id, reason: 'logout' }])
      expect(await cache.read(target.id)).toMatchObject({ snapshot: null, revoked: 'logout' })
    })

    async function value(key: string): Promise<string> {
      return (await link.ask(redis => redis.get(key))) ?? ''
    }

    async function write(key: string, text: string): Promise<void> {
      await link.ask(redis => redis.set(key, text))
    }
  })
}

function altered(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/** How a session cache comes to be away, and where it then is. */
export type WayToBeAway = readonly [because: string, make: () => Promise<SessionCache>]

/** A cache that is away is an answer, which comes quickly. */
export function describeCacheThatIsAway(where: string, ways: readonly WayToBeAway[]): void {
  describe(`a session cache on ${where} that is away`, () => {
    it.each(ways)('because %s, says so quickly, and never throws', async (_, make) => {
      const cache = await make()
      const stopwatch = startStopwatch()
      for (let round = 0; round < 3; round++) {
        const target = snapshot()
        const answers = await Promise.all([
          cache.read(target.id),
          cache.fill(target, { replace: false }),
          cache.fill(target, { replace: true }),
          // What it does not keep, it vouches for in no way.
          cache.revoke([{ sessionId: target.id, reason: 'logout' }]),
          ...Array.from({ length: 50 }, () => cache.read(uuid())),
        ])
        const [read, first, second, revoked, ...reads] = answers
        expect([read, first, second, revoked]).toEqual([{ kind: 'away' }, undefined, undefined, null])
        expect(reads).toEqual(reads.map(() => ({ kind: 'away' })))
      }
      expect(stopwatch.readMs()).toBeLessThan(3 * quickMs)
    })
  })
}

/** A link as the service makes it, whether or not it finds anything there. */
export async function linkTo(address: RedisAddress): Promise<RedisLink> {
  const link = createRedisLink(address, () => undefined)
  await link.connect()
  return link
}

/**
 * Asks again what has not been answered in time: on a machine that is busy that says nothing of the server. For where it
 * is not in question whether Redis is there.
 */
export function patient(link: RedisLink): RedisLink {
  return {
    ...link,
    async ask(command) {
      const deadline = performance.now() + 20_000
      for (;;) {
        try {
          return await link.ask(command)
        } catch (error) {
          const isAnswer = error instanceof Error && error.name === 'ReplyError'
          if (isAnswer || performance.now() > deadline) throw error
          await sleep(50)
        }
      }
    },
  }
}

export function cacheOn(link: RedisLink): SessionCache {
  return createSessionCache(link, secretRing(), settings)
}
