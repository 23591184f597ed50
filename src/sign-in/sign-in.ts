import type { CountedOn } from '../account/credentials.ts'
import { overloaded } from '../account/hashing/concurrency-limit.ts'
import { unknownDevice } from '../account/lockout.ts'
import type { SignInObserver } from '../account/observer.ts'
import type { AccountParts } from '../account/parts.ts'
import type { Account } from '../account/ports.ts'
import type { Origin, TokenPair } from '../session/session.ts'
import { startInTransaction } from '../session/start.ts'

export type SignInRequest = {
  email: string
  password: string
  clientType: string
  deviceName: string | null
  /** What an earlier sign-in on this device was given. One that is of no use is as good as none. */
  deviceToken: string | null
  origin: Origin
}

export type SignInOutcome =
  | {
      kind: 'signed_in'
      account: Account
      sessionId: string
      tokens: TokenPair
      /** For the next sign-in on this device. */
      deviceToken: string
    }
  /** Unknown address, wrong password or disabled user: not told apart. */
  | { kind: 'invalid_credentials' }
  /** Too many attempts have failed; the same for an address that nobody has. */
  | { kind: 'account_locked'; retryAfterSeconds: number }
  | { kind: 'client_type_not_allowed' }

/** When the user's row changed under a sign-in, everything is looked at again this many times. */
const attempts = 3

/** Always a new session, whatever the request brings along. Four round trips to Postgres. Throws `overloaded`. */
export function createSignIn(parts: AccountParts, observer: SignInObserver) {
  const { context, accounts, passwords, credentials } = parts

  return async function signIn(request: SignInRequest): Promise<SignInOutcome> {
    const outcome = await attempt(request)
    observer.signIn(outcome.kind)
    return outcome
  }

  async function attempt(request: SignInRequest): Promise<SignInOutcome> {
    for (let tries = 0; tries < attempts; tries++) {
      const verdict = await credentials.check({ ...request, purpose: { kind: 'sign_in' } })
      if (verdict.kind !== 'matched') return verdict
      const { account, countedOn } = verdict
      const started = await start(request, account, countedOn)
      if (started.kind === 'client_type_not_allowed') return started
      // Whatever has become of the user meanwhile is told at the next look.
      if (started.kind !== 'started') continue
      await rehash(account, request.password)
      const { sessionId, tokens } = started
      const deviceToken = credentials.deviceTokenFor(account, countedOn)
      return { kind: 'signed_in', account, sessionId, tokens, deviceToken }
    }
    throw overloaded('The account changed again and again meanwhile; nothing was changed. Try again.')
  }

  async function start(request: SignInRequest, account: Account, { subject, counter }: CountedOn) {
    const isCounted = counter.throttle !== null
    const outcome = await accounts.transaction(tx =>
      startInTransaction(tx, context, {
        userId: account.id,
        clientType: request.clientType,
        authMethod: 'password',
        deviceName: request.deviceName,
        origin: request.origin,
        // The password may have been changed between the check and the lock; then the check was worth nothing.
        stillStands: user => user.passwordHash === account.passwordHash,
        isDeviceProven: counter.deviceId !== unknownDevice,
        ...(isCounted ? { alongside: () => tx.clearThrottle(subject, counter.deviceId) } : {}),
      }),
    )
    if (outcome.kind === 'started') await context.propagation.announce(outcome.evicted)
    return outcome
  }

  /** The person is signed in already: if it fails now, the next sign-in does it. */
  async function rehash(account: Account, password: string): Promise<void> {
    if (account.passwordHash === null || !passwords.needsRehash(account.passwordHash)) return
    const expected = account.passwordHash
    await passwords.hash(password).then(
      hash => accounts.replacePasswordHash(account.id, expected, hash),
      () => undefined,
    )
  }
}
