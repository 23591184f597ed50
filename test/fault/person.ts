import { fingerprint, type History, type Operation } from './history.ts'
import { type Answer, ask } from './http.ts'
import type { Random } from './random.ts'

/** A session as its client holds it. */
export type Held = {
  id: string
  accessToken: string
  refreshToken: string
  generation: number
  /** `ending`: it was asked to end, and nobody has confirmed it yet. */
  state: 'live' | 'ending' | 'ended'
  /** Spent refresh tokens, oldest first. */
  spent: Spent[]
}

export type Spent = { text: string; generation: number; accessToken: string }

export type Target = { name: string; url: string }

export type Person = {
  userId: string
  sessions: readonly Held[]
  live(): Held[]
  ended(): Held[]
  signIn(): Promise<void>
  verify(held: Held, at?: Target): Promise<void>
  list(held: Held): Promise<void>
  /** With the same token again until there is an answer, as the contract asks of a client. */
  refresh(held: Held): Promise<void>
  /** Once, with whatever token it has; for sessions that are over. */
  tryRefresh(held: Held): Promise<void>
  presentStale(held: Held): Promise<void>
  /** As a thief does: the token before the current one, when its grace is long over. */
  presentSpent(held: Held, at: Target): Promise<void>
  /** As a client does that has lost the answer: the token before the current one. Whether there was an answer. */
  retryRefresh(held: Held, at: Target): Promise<boolean>
  /** As a thief does: the access token before the current one, when its grace is long over. Whether there was an answer. */
  verifySpent(held: Held, at: Target): Promise<boolean>
  /** With the access token before the current one, as a request that is late. */
  verifyOutdated(held: Held, at: Target): Promise<void>
  revoke(by: Held, target: Held, at?: Target): Promise<void>
  logout(held: Held): Promise<void>
  revokeOthers(by: Held): Promise<void>
  changePassword(by: Held, at?: Target): Promise<void>
}

export type PersonOptions = {
  account: { userId: string; email: string; password: string }
  targets: readonly Target[]
  history: History
  random: Random
  /** Past this moment nothing is tried again. */
  isOver: () => boolean
}

/** Ends of sessions that a client no longer asks about. */
const remembered = 6

/** One user with several devices, who keeps the rules of the contract and writes down every call. */
export function createPerson({ account, targets, history, random, isOver }: PersonOptions): Person {
  const { userId, email } = account
  const sessions: Held[] = []
  let passwords = [account.password]

  const live = () => sessions.filter(({ state }) => state === 'live')

  function anywhere(): Target {
    const target = random.pick(targets)
    if (target === undefined) throw new Error('there is no instance to ask')
    return target
  }

  function note(answer: Answer, operation: Partial<Operation> & Pick<Operation, 'op' | 'instance'>): void {
    history.add({
      user: userId,
      session: null,
      target: null,
      generation: null,
      presented: null,
      issued: null,
      stale: false,
      start: answer.start,
      end: answer.end,
      status: answer.status,
      code: answer.code,
      ...operation,
    })
  }

  /** Asks again, elsewhere, until the answer is one; waits as long as it was told to. */
  async function honestly(attempt: (at: Target) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await attempt(anywhere())
      if ((answer.status > 0 && answer.status < 500) || isOver()) return answer
      await pause(answer.retryAfterMs ?? random.between(50, 150))
    }
  }

  function keep(held: Held, tokens: Tokens): void {
    // A second answer to the same request, or one that came late: the client is there already.
    if (tokens.generation <= held.generation) return
    const { refreshToken, generation, accessToken } = held
    held.spent.push({ text: refreshToken, generation, accessToken })
    held.accessToken = tokens.accessToken
    held.refreshToken = tokens.refreshToken
    held.generation = tokens.generation
  }

  function over(...ended: readonly Held[]): void {
    for (const held of ended) held.state = 'ended'
    const old = sessions.filter(({ state }) => state === 'ended').slice(0, -remembered)
    for (const held of old) sessions.splice(sessions.indexOf(held), 1)
  }

  async function call(held: Held, op: 'verify' | 'list', path: string, at: Target): Promise<void> {
    const { generation } = held
    const answer = await ask(at.url, { method: 'GET', path, token: held.accessToken })
    note(answer, { op, instance: at.name, session: held.id, generation })
    if (answer.status === 401 && answer.code?.startsWith('session_') && held.state === 'live') over(held)
  }

  async function refreshAt(held: Held, at: Target): Promise<Answer> {
    const { refreshToken, generation, id } = held
    const answer = await ask(at.url, { method: 'POST', path: '/v1/auth/refresh', body: { refreshToken } })
    const tokens = tokensIn(answer)
    const issued = issuedBy(tokens)
    const presented = fingerprint(refreshToken)
    note(answer, { op: 'refresh', instance: at.name, session: id, generation, presented, issued })
    if (tokens !== null) keep(held, tokens)
    return answer
  }

  async function refresh(held: Held): Promise<void> {
    const { refreshToken } = held
    const answer = await honestly(async at => {
      // The other tab was faster; asking once more with the spent token is what an honest client does not do.
      if (held.refreshToken !== refreshToken) return done
      return await refreshAt(held, at)
    })
    // The other tab may have changed the password meanwhile, and have the tokens of after it.
    if (answer.status === 401 && held.state === 'live' && held.refreshToken === refreshToken) over(held)
  }

  async function present(held: Held, spent: Spent, at: Target, stale: boolean): Promise<Answer> {
    const body = { refreshToken: spent.text }
    const answer = await ask(at.url, { method: 'POST', path: '/v1/auth/refresh', body })
    note(answer, {
      op: 'refresh',
      instance: at.name,
      session: held.id,
      generation: spent.generation,
      presented: fingerprint(spent.text),
      issued: issuedBy(tokensIn(answer)),
      stale,
    })
    return answer
  }

  async function verifyBefore(held: Held, at: Target, stale: boolean): Promise<Answer> {
    const { accessToken, generation } = lastSpent(held)
    const answer = await ask(at.url, { method: 'GET', path: '/v1/verify', token: accessToken })
    note(answer, { op: 'verify', instance: at.name, session: held.id, generation, stale })
    return answer
  }

  async function verifyEverywhere(held: Held): Promise<void> {
    await Promise.all(targets.map(at => call(held, 'verify', '/v1/verify', at)))
  }

  /** Asks for an end until it is confirmed, and then asks every instance at once whether it holds. */
  async function end(ending: readonly Held[], attempt: (at: Target) => Promise<Answer>): Promise<void> {
    for (const held of ending) held.state = 'ending'
    const answer = await honestly(attempt)
    if (answer.status >= 200 && answer.status < 300) await Promise.all(ending.map(verifyEverywhere))
    over(...ending)
  }

  return {
    userId,
    sessions,
    live,
    ended: () => sessions.filter(({ state }) => state === 'ended'),

    async signIn() {
      const at = anywhere()
      const [password = account.password, ...others] = passwords
      const body = { email, password }
      const answer = await ask(at.url, { method: 'POST', path: '/v1/auth/login', body })
      const tokens = tokensIn(answer)
      note(answer, {
        op: 'sign_in',
        instance: at.name,
        session: tokens?.sessionId ?? null,
        issued: issuedBy(tokens),
      })
      if (tokens !== null) {
        passwords = [password]
        sessions.push({ ...tokens, id: tokens.sessionId, state: 'live', spent: [] })
      } else if (answer.status === 401) passwords = [...others, password]
      else if (answer.status === 0 || answer.status >= 500) await pause(answer.retryAfterMs ?? 100)
    },

    verify: (held, at = anywhere()) => call(held, 'verify', '/v1/verify', at),
    list: held => call(held, 'list', '/v1/sessions', anywhere()),
    refresh,
    tryRefresh: async held => void (await refreshAt(held, anywhere())),

    async presentStale(held) {
      const [stale] = held.spent
      if (stale === undefined || stale.generation > held.generation - 2) return
      await end([held], at => present(held, stale, at, true))
    },
    presentSpent: (held, at) => end([held], () => present(held, lastSpent(held), at, true)),
    async retryRefresh(held, at) {
      const { status } = await present(held, lastSpent(held), at, false)
      if (status === 401 && held.state === 'live') over(held)
      return status > 0 && status < 500
    },
    async verifySpent(held, at) {
      const { status } = await verifyBefore(held, at, true)
      return status > 0 && status < 500
    },
    verifyOutdated: async (held, at) => void (await verifyBefore(held, at, false)),

    revoke: (by, target, chosen) =>
      end([target], async any => {
        const at = chosen ?? any
        const path = `/v1/sessions/${target.id}`
        const { generation } = by
        const answer = await ask(at.url, { method: 'DELETE', path, token: by.accessToken })
        note(answer, { op: 'revoke', instance: at.name, session: by.id, target: target.id, generation })
        return answer
      }),

    logout: held =>
      end([held], async at => {
        const answer = await ask(at.url, { method: 'POST', path: '/v1/auth/logout', token: held.accessToken })
        note(answer, { op: 'logout', instance: at.name, session: held.id, generation: held.generation })
        return answer
      }),

    revokeOthers: by =>
      end(
        live().filter(held => held !== by),
        async at => {
          const { generation } = by
          const answer = await ask(at.url, { method: 'DELETE', path: '/v1/sessions', token: by.accessToken })
          note(answer, { op: 'others', instance: at.name, session: by.id, generation })
          return answer
        },
      ),

    async changePassword(by, at = anywhere()) {
      const [currentPassword = account.password] = passwords
      const newPassword = `${account.password} ${Math.floor(random.between(1_000, 9_999))}`
      const { generation, id } = by
      const others = live().filter(held => held !== by)
      for (const held of others) held.state = 'ending'
      const body = { currentPassword, newPassword }
      const answer = await ask(at.url, {
        method: 'POST',
        path: '/v1/auth/password',
        token: by.accessToken,
        body,
      })
      const tokens = tokensIn(answer)
      note(answer, { op: 'password', instance: at.name, session: id, generation, issued: issuedBy(tokens) })
      if (tokens !== null) {
        passwords = [newPassword]
        keep(by, tokens)
        await Promise.all(others.map(verifyEverywhere))
      } else if (answer.status === 0 || answer.status >= 500) {
        // It may have happened. The refresh token tells: if it did, the session's tokens are lost.
        passwords = [newPassword, currentPassword]
        await refresh(by)
      }
      over(...others)
    },
  }
}

type Tokens = { accessToken: string; refreshToken: string; sessionId: string; generation: number }

function lastSpent({ spent }: Held): Spent {
  const last = spent.at(-1)
  if (last === undefined) throw new Error('the session has not been refreshed')
  return last
}

/** Stands for an answer where none is needed any more. */
const done: Answer = { status: 200, code: null, body: {}, retryAfterMs: null, start: 0, end: 0 }

function tokensIn({ status, body }: Answer): Tokens | null {
  const { accessToken, refreshToken, sessionId } = body
  if (status !== 200 || typeof accessToken !== 'string') return null
  if (typeof refreshToken !== 'string' || typeof sessionId !== 'string') return null
  return { accessToken, refreshToken, sessionId, generation: generationOf(refreshToken) }
}

/** Opaque to clients; the bench looks inside, past the prefix, the key's id and the session's. */
function generationOf(refreshToken: string): number {
  return Buffer.from(refreshToken.slice('lkr_'.length), 'base64url').readUInt32BE(17)
}

function issuedBy(tokens: Tokens | null): Operation['issued'] {
  if (tokens === null) return null
  const { generation, accessToken, refreshToken } = tokens
  return { generation, pair: fingerprint(`${accessToken} ${refreshToken}`) }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
