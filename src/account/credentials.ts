import { createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { SecurityEvent } from '../session/events.ts'
import type { Origin } from '../session/session.ts'
import type { SecretKeys, SecretRing } from '../session/token/secrets.ts'
import {
  type ClaimedDevice,
  type DeviceOwner,
  isDeviceOf,
  mintDeviceToken,
  newDeviceId,
  readDeviceToken,
} from './device-token.ts'
import { overloaded } from './hashing/concurrency-limit.ts'
import type { Passwords } from './hashing/passwords.ts'
import { createRefusalPace } from './hashing/refusal-pace.ts'
import { createTurns } from './hashing/turns.ts'
import { afterFailure, type Counter, type Standing, standingOf, unknownDevice } from './lockout.ts'
import type { Account, AccountStore } from './ports.ts'

/** What the password is checked for. A failure is recorded as that, and counted alike. */
export type Purpose = { kind: 'sign_in' } | { kind: 'password_change'; sessionId: string }

export type Attempt = {
  email: string
  password: string
  deviceToken: string | null
  origin: Origin
  purpose: Purpose
}

/** Whose failures are counted where: the address, and the device if it is known and not locked itself. */
export type CountedOn = { subject: Buffer; counter: Counter }

export type Verdict =
  | { kind: 'matched'; account: Account; countedOn: CountedOn }
  /** Unknown address, wrong password or disabled user: not told apart. */
  | { kind: 'invalid_credentials' }
  /** Not looked at: too many have failed before it. */
  | { kind: 'account_locked'; retryAfterSeconds: number }

export type Credentials = ReturnType<typeof createCredentials>

/** A failure is counted again when another instance was faster, this many times. */
const attempts = 5

/** As many attempts on one account may wait as a sign-in from all sides at once may bring, and for so long. */
const turnLimits = { waiting: 100, patienceMs: 1_000 }

/**
 * Checks e-mail addresses and passwords, and counts what fails, for addresses that nobody has as for all others.
 * Attempts on one count take turns within an instance, and none is told that it was wrong before that has been
 * counted: so in one window no more wrong ones are told than are allowed, however many come at once. Those that are
 * locked out are not looked at, and are told so as late as the others.
 */
export function createCredentials(
  { clock, secrets }: { clock: Clock; secrets: SecretRing },
  accounts: AccountStore,
  passwords: Passwords,
  onLocked: () => void,
) {
  const inTurn = createTurns(turnLimits)
  const pace = createRefusalPace(clock)

  /** The device that a token of ours names; whether it is still its owner's is known once the user has been read. */
  function claimedDevice(email: string, deviceToken: string | null): ClaimedDevice | null {
    return deviceToken === null ? null : readDeviceToken(secrets, deviceToken, email, clock.now())
  }

  /**
   * Throws `overloaded` when too much is hashed or tried at once. Nothing was counted then, unless it was the lane of
   * imported hashes that was full: that is counted, for every address, since it is otherwise told which are imported.
   */
  async function check(attempt: Attempt): Promise<Verdict> {
    if (passwords.isOverloaded()) throw overloaded()
    const { email, deviceToken } = attempt
    const subject = subjectOf(secrets.minting(), email)
    const device = claimedDevice(email, deviceToken)
    const known = device === null ? null : await judgeInTurn(attempt, subject, device)
    const judged = known ?? (await judgeInTurn(attempt, subject, null))
    if (judged === null) throw overloaded()
    const { verdict, startedAt, evenOut } = judged
    // Not within the turn: the next attempt on this account need not wait for it.
    await evenOut()
    if (verdict.kind === 'account_locked') await answerLate(startedAt, attempt.password)
    if (verdict.kind === 'invalid_credentials') pace.note(startedAt)
    return verdict
  }

  /** Null for a device that does not count apart (any more): it has to queue with the strangers. */
  async function judgeInTurn(attempt: Attempt, subject: Buffer, device: ClaimedDevice | null) {
    const lane = `${subject.toString('base64')} ${device === null ? 'strangers' : 'devices'}`
    return await inTurn(lane, async () => {
      const startedAt = clock.monotonic()
      const judged = await judge(attempt, subject, device)
      return judged === null ? null : { ...judged, startedAt }
    })
  }

  async function judge(
    attempt: Attempt,
    subject: Buffer,
    device: ClaimedDevice | null,
  ): Promise<{ verdict: Verdict; evenOut: () => Promise<void> } | null> {
    const { account, standing } = await look(attempt.email, subject, device)
    if (device !== null && !(standing.kind === 'open' && standing.counter.deviceId === device.deviceId)) {
      return null
    }
    if (standing.kind === 'locked') return { verdict: locked(standing), evenOut: noTime }
    const { matches, evenOut } = await passwords.check(account?.passwordHash ?? null, attempt.password)
    if (matches && account !== null && !account.disabled) {
      const countedOn = { subject, counter: standing.counter }
      return { verdict: { kind: 'matched', account, countedOn }, evenOut: noTime }
    }
    const verdict = await countFailure(attempt, { subject, counter: standing.counter }, device, account)
    return { verdict, evenOut }
  }

  async function look(email: string, subject: Buffer, device: ClaimedDevice | null) {
    const now = clock.now()
    const claimedId = device?.deviceId ?? null
    const { account, failures } = await accounts.findForSignIn(email, subject, claimedId, now)
    const isKnown = device !== null && account !== null && isDeviceOf(device, account)
    return { account, standing: standingOf(failures, isKnown ? claimedId : null, now) }
  }

  /** Another instance may have counted meanwhile; then it is counted on what stands there now. */
  async function countFailure(
    attempt: Attempt,
    countedOn: CountedOn,
    device: ClaimedDevice | null,
    account: Account | null,
  ): Promise<Verdict> {
    const { subject } = countedOn
    let { counter } = countedOn
    for (let tries = 0; tries < attempts; tries++) {
      const next = afterFailure(counter.throttle, clock.now())
      const events = failureEvents(account, attempt, counter, next.lockedUntil)
      const about = { userId: account?.id ?? null, events }
      if (await accounts.countFailure(subject, counter, next, about)) {
        if (next.lockedUntil !== null) onLocked()
        return { kind: 'invalid_credentials' }
      }
      const { standing } = await look(attempt.email, subject, device)
      if (standing.kind === 'locked') return locked(standing)
      counter = standing.counter
    }
    throw overloaded()
  }

  /** Before the first refusal there is nothing to go by, and the work is done for once. */
  async function answerLate(startedAt: number, password: string): Promise<void> {
    if (pace.isKnown()) return await pace.keep(startedAt)
    const { evenOut } = await passwords.check(null, password)
    await evenOut()
    pace.note(startedAt)
  }

  function locked({ until }: Extract<Standing, { kind: 'locked' }>): Verdict {
    return { kind: 'account_locked', retryAfterSeconds: Math.ceil((until - clock.now()) / 1000) }
  }

  return {
    check,
    /** The id of the device that a token of ours names, whether or not it still counts apart. */
    deviceOf: (email: string, deviceToken: string | null): string | null =>
      claimedDevice(email, deviceToken)?.deviceId ?? null,

    /** For the next sign-in. A device keeps its id, unless it does not count apart (any more): then it begins anew. */
    deviceTokenFor(owner: DeviceOwner, { counter }: CountedOn): string {
      const deviceId = counter.deviceId === unknownDevice ? newDeviceId() : counter.deviceId
      return mintDeviceToken(secrets.minting(), deviceId, owner, clock.now())
    },

    /** What stands for an address in the counts, under each secret that is in use. */
    subjectsOf: (email: string): Buffer[] => secrets.all().map(keys => subjectOf(keys, email)),
  }
}

async function noTime(): Promise<void> {}

/** An address that nobody has is a stranger's: it is not written down. */
function subjectOf(keys: SecretKeys, email: string): Buffer {
  return createHmac('sha256', keys.loginSubject).update(email.toLowerCase()).digest()
}

function failureEvents(
  account: Account | null,
  { origin, purpose }: Attempt,
  { deviceId }: Counter,
  lockedUntil: number | null,
): SecurityEvent[] {
  const about = { userId: account?.id ?? null, sessionId: null, origin } as const
  const failed = failureEvent(account, origin, purpose)
  if (lockedUntil === null) return [failed]
  const details = {
    lockedUntil: new Date(lockedUntil).toISOString(),
    devices: deviceId === unknownDevice ? 'unknown' : 'one',
  } as const
  return [failed, { ...about, actor: 'system', type: 'account_locked', details }]
}

/** A user who changes the password is signed in, so the event names the user and the session. */
function failureEvent(account: Account | null, origin: Origin, purpose: Purpose): SecurityEvent {
  const userId = account?.id ?? null
  if (purpose.kind === 'sign_in' || userId === null) {
    return { type: 'sign_in_failed', userId, sessionId: null, actor: 'anonymous', origin, details: {} }
  }
  const { sessionId } = purpose
  return { type: 'password_change_failed', userId, sessionId, actor: userId, origin, details: {} }
}
