import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deviceTokenLifetimeSeconds,
  isDeviceOf,
  mintDeviceToken,
  newDeviceId,
  readDeviceToken,
} from '../../../src/account/device-token.ts'
import { createClock } from '../../../src/clock.ts'
import { createSecretRing } from '../../../src/session/token/secret-ring.ts'
import { secretRing } from '../../support/domain.ts'

const ring = secretRing()
const email = 'ada@example.test'
const owner = { id: '0198c0de-0000-7000-8000-000000000001', email, deviceEpoch: 3 }
const now = 1_800_000_000_000
const deviceId = newDeviceId()
const token = mintDeviceToken(ring.minting(), deviceId, owner, now)

const deviceIn = (text: string, at = now, address = email) =>
  readDeviceToken(ring, text, address, at)?.deviceId ?? null

function isKnownTo(text: string, user: { id: string; deviceEpoch: number }): boolean {
  const device = readDeviceToken(ring, text, email, now)
  return device !== null && isDeviceOf(device, user)
}

/** As version 0.1 made them. */
function tokenOfBefore(): string {
  const keys = ring.minting()
  const body = Buffer.concat([Buffer.from([keys.id]), Buffer.from(deviceId, 'hex'), Buffer.alloc(4)])
  body.writeUInt32BE(now / 1000, 17)
  const tag = createHmac('sha256', keys.deviceTag).update(body).update(email).digest().subarray(0, 16)
  return `lkd_${Buffer.concat([body, tag]).toString('base64url')}`
}

describe('a device token', () => {
  it('names the device again, to a holder of the secret', () => {
    expect(token).toMatch(/^lkd_[\w-]{60}$/)
    expect(deviceIn(token)).toBe(deviceId)
    expect(isKnownTo(token, owner)).toBe(true)
    expect(readDeviceToken(secretRing(), token, email, now)).toBeNull()
  })

  it('is good for one address only, without regard to case', () => {
    expect(deviceIn(token, now, 'ADA@Example.TEST')).toBe(deviceId)
    for (const other of ['eve@example.test', 'ada@example.tes', '']) {
      expect(deviceIn(token, now, other)).toBeNull()
    }
  })

  it('is known to one user only, in one epoch', () => {
    expect(isKnownTo(token, { ...owner, deviceEpoch: 4 })).toBe(false)
    expect(isKnownTo(token, { ...owner, deviceEpoch: 2 })).toBe(false)
    expect(isKnownTo(token, { ...owner, id: owner.id.replace('1', '2') })).toBe(false)
  })

  it('of version 0.1 is known until the first change, and never to a user who came later', () => {
    const before = tokenOfBefore()
    expect(before).toMatch(/^lkd_[\w-]{50}$/)
    expect(deviceIn(before)).toBe(deviceId)
    expect(deviceIn(before, now, 'eve@example.test')).toBeNull()
    expect(isKnownTo(before, { ...owner, deviceEpoch: 0 })).toBe(true)
    expect(isKnownTo(before, { ...owner, deviceEpoch: 1 })).toBe(false)
  })

  it('lasts for 400 days', () => {
    const end = now + deviceTokenLifetimeSeconds * 1000
    expect(deviceIn(token, end - 1)).toBe(deviceId)
    expect(deviceIn(token, end)).toBeNull()
  })

  it('survives a change of the secret for as long as the one before is known', () => {
    const [old, next] = [randomBytes(32), randomBytes(32)]
    const before = createSecretRing(createClock(), old, null, () => true)
    const after = createSecretRing(createClock(), next, { secret: old, leaked: false }, () => true)
    const later = createSecretRing(createClock(), next, null, () => true)
    const kept = mintDeviceToken(before.minting(), deviceId, owner, now)
    const device = readDeviceToken(after, kept, email, now)
    expect(device !== null && isDeviceOf(device, owner)).toBe(true)
    expect(readDeviceToken(later, kept, email, now)).toBeNull()
  })

  it('counts for nothing once its secret has leaked, since its holder could have made it', () => {
    const [old, next] = [randomBytes(32), randomBytes(32)]
    const before = createSecretRing(createClock(), old, null, () => true)
    const after = createSecretRing(createClock(), next, { secret: old, leaked: true }, () => true)
    const forged = mintDeviceToken(before.minting(), deviceId, owner, now)
    expect(readDeviceToken(before, forged, email, now)).not.toBeNull()
    expect(readDeviceToken(after, forged, email, now)).toBeNull()
  })

  it('is nothing once any of its characters is another', () => {
    const alphabet = [
      ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
      '=',
      ' ',
      '\u0000',
    ]
    for (const text of [token, tokenOfBefore()]) {
      for (let place = 0; place < text.length; place++) {
        for (const character of alphabet) {
          if (character === text[place]) continue
          expect(deviceIn(text.slice(0, place) + character + text.slice(place + 1))).toBeNull()
        }
      }
    }
  })

  it('is read without failing, whatever text it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ minLength: 40, maxLength: 70 })), text => {
        expect(deviceIn(text)).toBeNull()
        expect(deviceIn(`lkd_${text}`)).toBeNull()
      }),
    )
  })
})
