import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../clock.ts'
import type { SecretKeys, SecretRing } from '../session/token/secrets.ts'

/**
 * A device token shows that its holder has signed in to this account before. It signs no user in: it only counts the
 * holder's failed sign-ins apart from those of strangers. `lkd_` and, in base64url,
 *
 *     key id 1 ‖ device id 16 ‖ seconds since 1970 4 ‖ binding 8 ‖ HMAC-SHA256 tag 16
 *
 * The tag also covers the email address, in lower case, so garbage is told without I/O. The binding is an HMAC of the
 * user's id and device epoch; it is checked once the user has been read, and ends with a change of the password, a
 * disabled user and an unlock. Tokens of version 0.1 have no binding, and count for users of epoch 0 only.
 */

const prefix = 'lkd_'
const bindingLength = 8
const headLength = 1 + 16 + 4
const tagLength = 16

/** From the last sign-in; browsers keep no cookie for longer (RFC 6265bis §5.5). */
export const deviceTokenLifetimeSeconds = 400 * 86_400

/** Whose device it is. */
export type DeviceOwner = { id: string; email: string; deviceEpoch: number }

/** What a token of ours says. `binding` is null in those of version 0.1. */
export type ClaimedDevice = { deviceId: string; keys: SecretKeys; binding: Buffer | null }

/** Hexadecimal. */
export function newDeviceId(): string {
  return randomBytes(16).toString('hex')
}

export function mintDeviceToken(
  keys: SecretKeys,
  deviceId: string,
  owner: DeviceOwner,
  now: Instant,
): string {
  const head = Buffer.alloc(headLength)
  head.writeUInt8(keys.id, 0)
  head.write(deviceId, 1, 16, 'hex')
  head.writeUInt32BE(Math.floor(now / 1000), 17)
  const body = Buffer.concat([head, bindingOf(keys, owner)])
  return prefix + Buffer.concat([body, tagOf(keys, body, owner.email)]).toString('base64url')
}

/**
 * Pure: the device; null for a token that is not ours, not of this address, too old, or of a secret that has leaked, since
 * its holder could have made it. Accepts one spelling only.
 */
export function readDeviceToken(
  ring: SecretRing,
  text: string,
  email: string,
  now: Instant,
): ClaimedDevice | null {
  if (!text.startsWith(prefix)) return null
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
  if (bytes.toString('base64url') !== text.slice(prefix.length)) return null
  const isBound = bytes.length === headLength + bindingLength + tagLength
  if (!isBound && bytes.length !== headLength + tagLength) return null
  const body = bytes.subarray(0, -tagLength)
  const keyId = body.readUInt8(0)
  const keys = ring.trusted().find(({ id }) => id === keyId)
  if (keys === undefined || !timingSafeEqual(tagOf(keys, body, email), bytes.subarray(-tagLength)))
    return null
  const endsAt = (body.readUInt32BE(17) + deviceTokenLifetimeSeconds) * 1000
  if (now >= endsAt) return null
  return {
    deviceId: body.toString('hex', 1, 17),
    keys,
    binding: isBound ? body.subarray(headLength) : null,
  }
}

/** Pure: whether the device is still known to its owner. */
export function isDeviceOf(
  { keys, binding }: ClaimedDevice,
  owner: Pick<DeviceOwner, 'id' | 'deviceEpoch'>,
): boolean {
  if (binding === null) return owner.deviceEpoch === 0
  return timingSafeEqual(bindingOf(keys, owner), binding)
}

function bindingOf(keys: SecretKeys, { id, deviceEpoch }: Pick<DeviceOwner, 'id' | 'deviceEpoch'>): Buffer {
  const binding = createHmac('sha256', keys.deviceTag).update(`owner ${id} ${deviceEpoch}`).digest()
  return binding.subarray(0, bindingLength)
}

/** No address has a NUL, so none makes one form's text of the other's. */
function tagOf(keys: SecretKeys, body: Buffer, email: string): Buffer {
  const separator = body.length === headLength ? '' : '\0'
  const tag = createHmac('sha256', keys.deviceTag)
    .update(body)
    .update(separator + email.toLowerCase())
    .digest()
  return tag.subarray(0, tagLength)
}
