import { describe, expect, it } from 'vitest'
import {
  createServiceKeyRing,
  looksLikeServiceKey,
  mintServiceKey,
  type ServiceKeyUse,
  type StoredServiceKey,
} from '../../../src/access/service-keys.ts'
import { sha256 } from '../../../src/session/token/secrets.ts'

type Minted = { text: string; stored: StoredServiceKey }

function minted(name: string): Minted {
  const { text, hash } = mintServiceKey()
  return { text, stored: { id: `id of ${name}`, name, scopes: ['verify'], keyHash: hash } }
}

/** A ring over a table that a test fills, with a clock that it moves. */
function ring(...stored: StoredServiceKey[]) {
  const world = {
    now: 1_000_000,
    confirmedAgoMs: 0,
    stored,
    reads: 0,
    uses: [] as ServiceKeyUse[],
    away: false,
  }
  const keys = createServiceKeyRing({
    clock: { now: () => world.now },
    confirmedAgoMs: () => world.confirmedAgoMs,
    trustedMs: 300_000,
    missTrustedMs: 2_000,
    async read() {
      world.reads++
      if (world.away) throw new Error('away')
      return world.stored
    },
    async recordUses(uses) {
      if (world.away) throw new Error('away')
      world.uses.push(...uses)
    },
  })
  keys.load(stored)
  return { world, keys }
}

describe('a service key', () => {
  it('is 256 random bits behind a prefix that scanners know, and is kept as its SHA-256', () => {
    const { text, hash } = mintServiceKey()
    expect(text).toMatch(/^lks_[A-Za-z0-9_-]{43}$/)
    expect(Buffer.from(text.slice(4), 'base64url')).toHaveLength(32)
    expect(hash).toEqual(sha256(text))
    expect(mintServiceKey().text).not.toBe(text)
  })

  it('is told from everything else by its looks', () => {
    const { text } = mintServiceKey()
    expect(looksLikeServiceKey(text)).toBe(true)
    for (const other of [
      '',
      'lks_',
      text.slice(0, -1),
      `${text}A`,
      `Bearer ${text}`,
      text.replace('lks', 'lkr'),
    ])
      expect(looksLikeServiceKey(other)).toBe(false)
  })
})

describe('the ring of service keys', () => {
  it('knows a loaded key without asking, and garbage without asking either', async () => {
    const gateway = minted('gateway')
    const { world, keys } = ring(gateway.stored)
    expect(await keys.identify(gateway.text)).toEqual({
      id: 'id of gateway',
      name: 'gateway',
      scopes: ['verify'],
    })
    expect(await keys.identify('garbage')).toBeNull()
    expect(world.reads).toBe(0)
  })

  it('looks for a key that it does not know, since it may have been made a moment ago', async () => {
    const { world, keys } = ring()
    const fresh = minted('fresh')
    world.stored = [fresh.stored]
    expect(await keys.identify(fresh.text)).toMatchObject({ name: 'fresh' })
    expect(await keys.identify(minted('nobody').text)).toBeNull()
    expect(world.reads).toBe(2)
  })

  it('does not look again for a key that it has not found, until keys are loaded or are out of date', async () => {
    const { world, keys } = ring()
    const { text } = minted('nobody')
    for (let call = 0; call < 10; call++) expect(await keys.identify(text)).toBeNull()
    expect(world.reads).toBe(1)
    keys.load([])
    await keys.identify(text)
    expect(world.reads).toBe(2)
    world.confirmedAgoMs = 2_000
    await keys.identify(text)
    expect(world.reads).toBe(3)
  })

  it('asks before it looks, and not before it says what it knows', async () => {
    const gateway = minted('gateway')
    const { world, keys } = ring(gateway.stored)
    const refuse = () => {
      throw new Error('too many')
    }
    expect(await keys.identify(gateway.text, refuse)).toMatchObject({ name: 'gateway' })
    expect(await keys.identify('garbage', refuse)).toBeNull()
    await expect(keys.identify(minted('nobody').text, refuse)).rejects.toThrow('too many')
    expect(world.reads).toBe(0)
  })

  it('asks once for all who ask at once', async () => {
    const { world, keys } = ring()
    const found = await Promise.all(Array.from({ length: 100 }, () => keys.identify(mintServiceKey().text)))
    expect(new Set(found)).toEqual(new Set([null]))
    expect(world.reads).toBeLessThanOrEqual(2)
  })

  it('does not keep what it has looked up: only what is loaded, which is never older than the last change', async () => {
    const gateway = minted('gateway')
    const { world, keys } = ring(gateway.stored)
    keys.load([])
    // As a read that began before the revocation would have it.
    expect(await keys.identify(gateway.text)).not.toBeNull()
    world.stored = []
    expect(await keys.identify(gateway.text)).toBeNull()
  })

  it('without the database believes what it knows for a while, and says of nothing else that it is no key', async () => {
    const gateway = minted('gateway')
    const { world, keys } = ring(gateway.stored)
    world.away = true
    world.confirmedAgoMs = 299_999
    expect(await keys.identify(gateway.text)).toMatchObject({ name: 'gateway' })
    await expect(keys.identify(minted('nobody').text)).rejects.toThrow('away')
    world.confirmedAgoMs = 300_000
    await expect(keys.identify(gateway.text)).rejects.toThrow('away')
    expect(await keys.identify('garbage')).toBeNull()
  })

  it('notes the use of a key at most once a minute, and writes it down when it can', async () => {
    const [gateway, backend] = [minted('gateway'), minted('backend')]
    const { world, keys } = ring(gateway.stored, backend.stored)
    const first = world.now
    for (let call = 0; call < 10; call++) await keys.identify(gateway.text)
    world.away = true
    await expect(keys.flushUses()).rejects.toThrow('away')
    world.away = false
    world.now += 59_999
    await keys.identify(gateway.text)
    await keys.identify(backend.text)
    await keys.flushUses()
    await keys.flushUses()
    expect(world.uses).toEqual([
      { id: 'id of gateway', at: first },
      { id: 'id of backend', at: first + 59_999 },
    ])
    world.now += 1
    await keys.identify(gateway.text)
    await keys.flushUses()
    expect(world.uses.at(-1)).toEqual({ id: 'id of gateway', at: first + 60_000 })
  })
})
