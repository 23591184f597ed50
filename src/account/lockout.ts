import type { Instant } from '../clock.ts'

/** How failed sign-ins of one address, from one device or from all that are not known, stand. */
export type Throttle = {
  /** Since the window began. */
  failures: number
  windowStartedAt: Instant
  /** How often it has been locked, one lock soon after the other. */
  locks: number
  lockedUntil: Instant | null
}

/** What the next failure counts on. `deviceId` is empty for all devices that are not known. */
export type Counter = { deviceId: string; throttle: Throttle | null }

export type Standing = { kind: 'open'; counter: Counter } | { kind: 'locked'; until: Instant }

/** Known devices of one account whose failures count apart within one window; further ones are like strangers. */
export const devicesAllowed = 5

/** So many failures lock; NIST SP 800-63B-4 §3.2.2 allows up to a hundred in a row. */
export const failuresAllowed = 5
export const windowMs = 15 * 60_000
/** The first lock, and every one that follows it. */
const lockMs = [15 * 60_000, 30 * 60_000] as const
/** After a day in which no window began, the next lock is a first one. */
export const forgottenAfterMs = 24 * 3_600_000

export const unknownDevice = ''

/** The failed sign-ins of an address. */
export type Failures = {
  /** By device: those of unknown devices, and of the one that is asked about. */
  throttles: ReadonlyMap<string, Throttle>
  /** How many other known devices have failed within the window, or are locked. */
  otherDevices: number
}

/**
 * Pure: whether a sign-in may be tried, and on whose count. A device that is known is counted apart, so that no other
 * can lock its owner out; once it is locked itself, or too many devices fail, it is like one that is not known. (OWASP,
 * "Slow Down Online Guessing Attacks with Device Cookies".)
 *
 * @param deviceId of a device that is known
 */
export function standingOf(
  { throttles, otherDevices }: Failures,
  deviceId: string | null,
  now: Instant,
): Standing {
  const own = deviceId === null ? null : counterOf(throttles, deviceId)
  if (own !== null && lockOf(own, now) === null && mayCountApart(own, otherDevices, now)) {
    return { kind: 'open', counter: own }
  }
  const shared = counterOf(throttles, unknownDevice)
  const until = lockOf(shared, now)
  return until === null ? { kind: 'open', counter: shared } : { kind: 'locked', until }
}

/** Pure: the count with one more failure. Only for one that is not locked: what is locked counts nothing. */
export function afterFailure(throttle: Throttle | null, now: Instant): Throttle {
  const goesOn = isOpenWindow(throttle, now)
  const failures = goesOn ? throttle.failures + 1 : 1
  const windowStartedAt = goesOn ? throttle.windowStartedAt : now
  const locks = throttle === null || now >= throttle.windowStartedAt + forgottenAfterMs ? 0 : throttle.locks
  if (failures < failuresAllowed) return { failures, windowStartedAt, locks, lockedUntil: null }
  const duration = locks === 0 ? lockMs[0] : lockMs[1]
  return { failures, windowStartedAt, locks: locks + 1, lockedUntil: now + duration }
}

/** Else as many guesses could be made as there are tokens. */
function mayCountApart({ throttle }: Counter, otherDevices: number, now: Instant): boolean {
  return isOpenWindow(throttle, now) || otherDevices < devicesAllowed
}

/** A lock ends its window: what comes after it counts from one. */
function isOpenWindow(throttle: Throttle | null, now: Instant): throttle is Throttle {
  return throttle !== null && throttle.lockedUntil === null && now < throttle.windowStartedAt + windowMs
}

function counterOf(throttles: ReadonlyMap<string, Throttle>, deviceId: string): Counter {
  return { deviceId, throttle: throttles.get(deviceId) ?? null }
}

function lockOf({ throttle }: Counter, now: Instant): Instant | null {
  const until = throttle?.lockedUntil ?? null
  return until !== null && now < until ? until : null
}
