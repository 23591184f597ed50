import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deviceTokenLifetimeSeconds,
  mintDeviceToken,
  newDeviceId,
  readDeviceToken,
} from '../../../src/account/device-token.ts'
import { createClock } from '../../../src/clock.ts'
import { createSecretRing } from '../../../src/session/token/secret-ring.ts'
import { secretRing } from '../../support/domain.ts'

const ring = secretRing()
const email = 'ada@example.test'
const now = 1_800_000_000_000
const deviceId = newDeviceId()
const token = mintDeviceToken(ring.minting(), deviceId, email, now)

describe('a device token', () => {
  it('tells the device again, to whoever has the secret', () => {
    expect(token).toMatch(/^lkd_[\w-]{50}$/)
    expect(readDeviceToken(ring, token, email, now)).toBe(deviceId)
    expect(readDeviceToken(secretRing(), token, email, now)).toBeNull()
  })

  it('is good for one address only, without regard to case', () => {
    expect(readDeviceToken(ring, token, 'ADA@Example.TEST', now)).toBe(deviceId)
    for (const other of ['eve@example.test', 'ada@example.tes', '']) {
      expect(readDeviceToken(ring, token, other, now)).toBeNull()
    }
  })

  it('lasts for 400 days', () => {
    const end = now + deviceTokenLifetimeSeconds * 1000
    expect(readDeviceToken(ring, token, email, end - 1)).toBe(deviceId)
    expect(readDeviceToken(ring, token, email, end)).toBeNull()
  })

  it('survives a change of the secret for as long as the one before is known', () => {
    const [old, next] = [randomBytes(32), randomBytes(32)]
    const before = createSecretRing(createClock(), old, null, () => true)
    const after = createSecretRing(createClock(), next, old, () => true)
    const later = createSecretRing(createClock(), next, null, () => true)
    const kept = mintDeviceToken(before.minting(), deviceId, email, now)
    expect(readDeviceToken(after, kept, email, now)).toBe(deviceId)
    expect(readDeviceToken(later, kept, email, now)).toBeNull()
  })

  it('is nothing once any of its characters is another', () => {
    const alphabet = [
      ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
      '=',
      ' ',
      '\u0000',
    ]
    for (let place = 0; place < token.length; place++) {
      for (const character of alphabet) {
        if (character === token[place]) continue
        const altered = token.slice(0, place) + character + token.slice(place + 1)
        expect(readDeviceToken(ring, altered, email, now)).toBeNull()
      }
    }
  })

  it('is read without failing, whatever text it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ minLength: 40, maxLength: 60 })), text => {
        expect(readDeviceToken(ring, text, email, now)).toBeNull()
        expect(readDeviceToken(ring, `lkd_${text}`, email, now)).toBeNull()
      }),
    )
  })
})
