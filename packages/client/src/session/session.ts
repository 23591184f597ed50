import type { CurrentSession, TokenAnswer } from '../api.ts'
import { monotonicMs, sleep } from '../clock.ts'
import { LatchkeyError } from '../error.ts'
import type { Events } from '../events.ts'
import { createNews, type News } from './news.ts'
import type { Device, Grant, Grants } from './storage.ts'

/** Whether somebody is signed in here, as far as the client knows. An outage changes nothing about it. */
export type SessionState =
  /** Not looked at yet: see `restore`. */
  | { status: 'unknown' }
  /** `session` is what the service told last, by `session()`; null before it was asked. */
  | { status: 'signed-in'; sessionId: string; session: CurrentSession | null }
  /** `reason` is null where nobody had been signed in. */
  | { status: 'signed-out'; reason: string | null }

export type TokenStatus =
  | 'none'
  /** Nobody knows how old it is: it comes from a storage, or is in a cookie. */
  | 'unknown'
  | 'fresh'
  /** Nearly over; the next request refreshes it beside what it does. */
  | 'due'
  /** Over; the next request refreshes it first. */
  | 'expired'

/** The service calls a token nearly over from this long before its end. */
const refreshAheadSeconds = 300

/** When a storage is looked at for what another tab says that it has written. */
const showsWithinMs = [0, 20, 100, 500]

export type HeldSession = ReturnType<typeof createHeldSession>

/** What this client knows of its session, and hears of it from others that share its storage. */
export function createHeldSession(grants: Grants, events: Events, channelName: string | null) {
  let state: SessionState = { status: 'unknown' }
  let held: { grant: Grant; receivedAt: number } | null = null
  let news: ReturnType<typeof createNews> | null = null
  let loading: Promise<void> | null = null
  let hearing = Promise.resolve()
  /** The stamp of what stands in the storage, spent, since it could be neither replaced nor removed. */
  let leftOver: string | undefined

  /** Reads what an earlier page stored; once, unless it fails. */
  function load(): Promise<void> {
    loading ??= (async () => {
      if (channelName !== null) news ??= createNews(channelName, hearInTurn)
      const stored = await grants.read()
      // Its time began in another page, whose clock is not ours.
      if (stored !== null && held === null) hold({ ...stored, expiresIn: null })
      // The next call tries again.
      if (grants.error() !== null) loading = null
    })()
    return loading
  }

  function hearInTurn(item: News): void {
    hearing = hearing.then(() => hear(item)).catch(() => {})
  }

  // A browser keeps tabs in several processes: what one has written may not be read in another for a while, and what it
  // has removed may be.
  async function hear(item: News): Promise<void> {
    const stored = item.kind === 'granted' ? (item.grant ?? (await readGranted())) : await grants.read()
    if ('grant' in item) leftOver = (await grants.read())?.stamp
    const isOver = item.kind === 'ended' && (stored === null || stored.sessionId === item.sessionId)
    if (isOver && held !== null) drop(item.reason)
    else if (!isOver && stored !== null) hold(stored)
  }

  async function readGranted(): Promise<Grant | null> {
    for (const waitMs of showsWithinMs) {
      if (waitMs > 0) await sleep(waitMs)
      const stored = await grants.read()
      if (stored !== null) return stored
    }
    return null
  }

  function hold(grant: Grant): void {
    const { stamp, sessionId, expiresIn } = grant
    if (stamp === held?.grant.stamp) return
    const isSame = state.status === 'signed-in' && state.sessionId === sessionId
    held = { grant, receivedAt: monotonicMs() }
    if (!isSame) state = { status: 'signed-in', sessionId, session: null }
    if (isSame) events.emit('refreshed', { sessionId, expiresIn })
    else events.emit('signed-in', { sessionId })
    events.emit('changed', undefined)
  }

  function drop(reason: string | null): void {
    held = null
    state = { status: 'signed-out', reason }
    if (reason !== null) events.emit('signed-out', { reason })
    events.emit('changed', undefined)
  }

  return {
    load,
    hold,
    state: () => state,
    grant: () => held?.grant ?? null,

    /** The newest grant of all who share the storage. */
    async latest(): Promise<Grant | null> {
      const stored = await grants.read()
      return stored !== null && stored.stamp !== leftOver ? stored : (held?.grant ?? null)
    },

    /** Kept before it is used, so that no page can be closed in between. */
    async accept(answer: TokenAnswer, device: Device = held?.grant ?? {}): Promise<void> {
      const { sessionId, expiresIn } = answer
      if (!sessionId) throw new LatchkeyError('unexpected_answer', 'The answer is not the service’s')
      const { deviceToken, email } = device
      const stamp = Math.random().toString(36).slice(2)
      const grant: Grant = { stamp, sessionId, expiresIn, deviceToken, email }
      if ('refreshToken' in answer) {
        grant.accessToken = answer.accessToken
        grant.refreshToken = answer.refreshToken
      }
      const written = await grants.write(grant)
      leftOver = written === 'spent' ? (leftOver ?? held?.grant.stamp) : undefined
      news?.tell(written === 'stored' ? { kind: 'granted' } : { kind: 'granted', grant })
      hold(grant)
    },

    /** No session was found. The reason tells when that is because the storage failed. */
    none(): void {
      if (state.status === 'unknown') drop(grants.error()?.code ?? null)
    },

    /** It has ended for all who share the storage. */
    async end(reason: string): Promise<void> {
      if (state.status === 'signed-out') return
      const sessionId = held?.grant.sessionId ?? null
      drop(reason)
      await grants.remove()
      news?.tell({ kind: 'ended', sessionId, reason })
    },

    /** What the service has said about it. Cookies may have been made by somebody else than this client. */
    learn(session: CurrentSession): void {
      const { sessionId } = session
      if (held?.grant.sessionId !== sessionId) hold({ stamp: sessionId, sessionId, expiresIn: null })
      state = { status: 'signed-in', sessionId, session }
      events.emit('changed', undefined)
    },

    /** Seconds; null where nobody knows. */
    secondsLeft(): number | null {
      if (held === null || held.grant.expiresIn === null) return null
      return Math.max(0, held.grant.expiresIn - (monotonicMs() - held.receivedAt) / 1000)
    },

    close: () => news?.close(),
  }
}

/** By the time that has passed here since the token was received. */
export function tokenStatusOf(session: HeldSession): TokenStatus {
  const grant = session.grant()
  if (grant === null) return 'none'
  const secondsLeft = session.secondsLeft()
  if (secondsLeft === null || grant.expiresIn === null) return 'unknown'
  if (secondsLeft === 0) return 'expired'
  return secondsLeft <= refreshAheadSecondsOf(grant.expiresIn) ? 'due' : 'fresh'
}

/** Of short lifetimes a third, so that they have a fresh time at all. */
function refreshAheadSecondsOf(expiresIn: number): number {
  return Math.min(refreshAheadSeconds, expiresIn / 3)
}
