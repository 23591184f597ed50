import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../clock.ts'
import type { SecretKeys, SecretRing } from '../session/token/secrets.ts'

/**
 * A device token shows that its holder has signed in to this account before. It signs nobody in: all it does is to
 * count the holder's failed sign-ins apart from those of strangers. `lkd_` and, in base64url,
 *
 *     key id 1 ‖ device id 16 ‖ seconds since 1970 4 ‖ HMAC-SHA256 tag 16
 *
 * The tag also covers the e-mail address, in lower case, so that a token is of use for one account only.
 */

const prefix = 'lkd_'
const bodyLength = 1 + 16 + 4
const tagLength = 16
const textLength = prefix.length + Math.ceil(((bodyLength + tagLength) * 4) / 3)

/** From the last sign-in; browsers keep no cookie for longer (RFC 6265bis §5.5). */
export const deviceTokenLifetimeSeconds = 400 * 86_400

/** Hexadecimal. */
export function newDeviceId(): string {
  return randomBytes(16).toString('hex')
}

export function mintDeviceToken(keys: SecretKeys, deviceId: string, email: string, now: Instant): string {
  const body = Buffer.alloc(bodyLength)
  body.writeUInt8(keys.id, 0)
  body.write(deviceId, 1, 16, 'hex')
  body.writeUInt32BE(Math.floor(now / 1000), 17)
  return prefix + Buffer.concat([body, tagOf(keys, body, email)]).toString('base64url')
}

/** Pure: the device's id; null for what is not ours, not this address', or too old. One spelling only. */
export function readDeviceToken(ring: SecretRing, text: string, email: string, now: Instant): string | null {
  if (text.length !== textLength || !text.startsWith(prefix)) return null
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
  if (bytes.toString('base64url') !== text.slice(prefix.length)) return null
  const body = bytes.subarray(0, bodyLength)
  const keys = ring.find(body.readUInt8(0))
  if (keys === undefined || !timingSafeEqual(tagOf(keys, body, email), bytes.subarray(bodyLength)))
    return null
  const endsAt = (body.readUInt32BE(17) + deviceTokenLifetimeSeconds) * 1000
  return now < endsAt ? body.toString('hex', 1, 17) : null
}

function tagOf(keys: SecretKeys, body: Buffer, email: string): Buffer {
  const tag = createHmac('sha256', keys.deviceTag).update(body).update(email.toLowerCase()).digest()
  return tag.subarray(0, tagLength)
}
