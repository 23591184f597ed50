import { BlockList, isIP } from 'node:net'
import type { Origin } from '../session.ts'
import { deviceFacts } from './device.ts'

/** What one provider usually gives out addresses from: a phone that moves about seldom leaves it. In bits. */
const networkPrefix = { ipv4: 16, ipv6: 48 } as const

/**
 * Pure: whether a session has come into hands that look like others' than those of its sign-in: another network, *and*
 * another browser or system. Either alone is everyday life (a train ride, an update), and says nothing; nor does what is
 * not known of the sign-in.
 */
export function hasContextChanged(signedInFrom: Origin, now: Origin): boolean {
  if (signedInFrom.ipAddress === null || signedInFrom.userAgent === null) return false
  if (signedInFrom.userAgent === now.userAgent) return false
  if (isSameNetwork(signedInFrom.ipAddress, now.ipAddress)) return false
  const before = deviceFacts(signedInFrom.userAgent)
  const after = deviceFacts(now.userAgent)
  return before.browser !== after.browser || before.os !== after.os
}

function isSameNetwork(one: string, other: string | null): boolean {
  if (one === other) return true
  const family = isIP(one) === 6 ? 'ipv6' : 'ipv4'
  if (other === null || isIP(one) !== isIP(other)) return false
  const network = new BlockList()
  network.addSubnet(one, networkPrefix[family], family)
  return network.check(other, family)
}
