import { BlockList, isIP } from 'node:net'
import type { Origin } from '../session.ts'
import type { Agent } from './agent.ts'
import { readAgent } from './device.ts'

/** What one provider usually gives out addresses from: a phone that moves about seldom leaves it. In bits. */
const networkPrefix = { ipv4: 16, ipv6: 48 } as const

/**
 * Systems between which a browser seems to move when its user asks for the desktop site, and the two names of Huawei's.
 */
const alike = [
  ['Android', 'Linux'],
  ['iOS', 'macOS'],
  ['Android', 'HarmonyOS'],
] as const

/**
 * Pure: whether a session is used from a context that looks like another user's: another network, *and* another program
 * or system. Either alone is everyday life (a train ride, an update) and says nothing; nor does what is unknown, at the
 * sign-in or now. Both user agents are read by the same rules, whatever the rules were at the sign-in.
 */
export function hasContextChanged(signedInFrom: Origin, now: Origin): boolean {
  if (signedInFrom.ipAddress === null || signedInFrom.userAgent === null) return false
  if (signedInFrom.userAgent === now.userAgent) return false
  if (isSameNetwork(signedInFrom.ipAddress, now.ipAddress)) return false
  const before = readAgent(signedInFrom.userAgent)
  const after = readAgent(now.userAgent)
  return isOtherSystem(before.os, after.os) || isOtherProgram(before, after)
}

function isOtherSystem(before: string | null, after: string | null): boolean {
  if (before === null || after === null || before === after) return false
  return !alike.some(
    ([one, other]) => (before === one && after === other) || (before === other && after === one),
  )
}

/** An app may sign in by a browser or a web view and refresh by itself, under its own name or its library's. */
function isOtherProgram(before: Agent, after: Agent): boolean {
  if (before.browser === null || after.browser === null) return false
  if (before.program === 'library' || after.program === 'library') return false
  const programs = [before.program, after.program]
  if (programs.includes('app') && programs.includes('browser')) return false
  return before.browser !== after.browser
}

function isSameNetwork(one: string, other: string | null): boolean {
  if (one === other) return true
  const family = isIP(one) === 6 ? 'ipv6' : 'ipv4'
  if (other === null || isIP(one) !== isIP(other)) return false
  const network = new BlockList()
  network.addSubnet(one, networkPrefix[family], family)
  return network.check(other, family)
}
