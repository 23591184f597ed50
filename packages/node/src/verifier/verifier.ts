import { credentialOf, type VerifiableRequest } from '../request/credential.ts'
import type { Unknown, Verdict } from '../verdict/verdict.ts'
import { type Ask, createAsker } from './asking.ts'
import { createLocalVerifier } from './local.ts'
import { createStates, type VerifierState } from './state.ts'

/**
 * `exact`: a revoked session is refused with its next request, because Latchkey is asked. `token-lifetime`: by the
 * published keys, without a request; a revoked session is refused when its access token ends, after 15 minutes at most by
 * default.
 */
export type Revocation = 'exact' | 'token-lifetime'

export type VerifierOptions = {
  /** Where this service reaches Latchkey, such as `http://latchkey:3000`. */
  url: string
  /** A service key with the scope `verify`: with it, questions are not limited. */
  serviceKey?: string | undefined
  /** Latchkey's `ISSUER`, when it is not `url`. */
  issuer?: string | undefined
  /** Latchkey's `AUDIENCE`. Default: `latchkey`. */
  audience?: string | undefined
  /** Default: `exact`. Each call can choose otherwise. */
  revocation?: Revocation | undefined
  /** Whether the access cookie counts, by the same-origin rules that Latchkey has for it. Default: true. */
  cookies?: boolean | undefined
  /** Whether Latchkey runs with `INSECURE_COOKIES`, which changes the cookie's name. Default: false. */
  insecureCookies?: boolean | undefined
  /**
   * Further origins, such as `https://app.example.com`, whose pages may send unsafe requests with the cookie. The issuer's
   * own origin is always allowed.
   */
  allowedOrigins?: readonly string[] | undefined
}

export type VerifyOptions = {
  /** Refuses with a 403 `permission_denied` without it. Always asks: a token does not carry permissions. */
  permission?: string | undefined
  /** For this call. */
  revocation?: Revocation | undefined
}

export type Verifier = {
  /**
   * Resolves when Latchkey has answered once, or with `token-lifetime` when its keys are loaded; tries every second until
   * then. Optional: `verify` works before. Throws when the service key is wrong, and when the verifier is closed.
   */
  start(): Promise<void>
  /**
   * Who makes the request, or whose the token is. Never throws for what a request contains or what Latchkey answers;
   * throws `RangeError` for a permission that is not 1 to 64 characters long.
   */
  verify(subject: string | VerifiableRequest, options?: VerifyOptions): Promise<Verdict>
  readonly state: VerifierState
  /** Calls back after each change of `state`. Returns a function that unsubscribes. */
  on(event: 'state', listener: (state: VerifierState) => void): () => void
  /** Ends a pending `start()`. From now on verdicts are `unknown`. */
  close(): Promise<void>
}

/** Milliseconds. */
const betweenProbesMs = 1_000

/**
 * Verifies requests of Latchkey's users. Throws `TypeError` when `url` is not a URL or an origin is not one.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return createVerifierWith(options, ask => ask)
}

/** The same, with something between it and the questions. */
export function createVerifierWith(options: VerifierOptions, between: (ask: Ask) => Ask): Verifier {
  const url = baseUrl(options.url)
  const { issuer = url, audience = 'latchkey', serviceKey = null, revocation = 'exact' } = options
  const { allowedOrigins = [], cookies = true, insecureCookies = false } = options
  for (const origin of allowedOrigins) requireOrigin(origin)
  const rules = {
    cookieName: cookies ? `${insecureCookies ? '' : '__Host-'}latchkey_access` : null,
    trusted: { listed: allowedOrigins, own: URL.canParse(issuer) ? new URL(issuer).origin : null },
  }
  const states = createStates()
  const heard = ({ kind }: { kind: string }) => states.set(kind === 'unknown' ? 'lost' : 'asking')
  const asker = createAsker({ url, serviceKey, heard })
  const ask = between(asker.ask)
  const local = createLocalVerifier({ jwksUrl: `${url}/.well-known/jwks.json`, issuer, audience, heard })
  const closing = new AbortController()
  let starting: Promise<void> | undefined

  async function judge(token: string, permission: string | null, how: Revocation): Promise<Verdict> {
    const isLocal = permission === null && how === 'token-lifetime'
    return isLocal ? await local.verify(token) : await ask(token, permission)
  }

  async function run(): Promise<void> {
    for (;;) {
      if (closing.signal.aborted) throw new Error('latchkey: the verifier is closed')
      const found = await (revocation === 'exact' ? asker.probe() : local.load())
      if (found.kind === 'misconfigured') throw new Error(`latchkey: ${found.reason}`)
      heard(found)
      if (found.kind === 'answered') return
      await pause(betweenProbesMs, closing.signal)
    }
  }

  return {
    start() {
      // A failed start may be tried again.
      starting ??= run().catch(error => {
        starting = undefined
        throw error
      })
      return starting
    },

    async verify(subject, { permission, revocation: how = revocation } = {}) {
      if (permission !== undefined) requirePermissionName(permission)
      if (closing.signal.aborted) return closed
      const token = typeof subject === 'string' ? subject : credentialOf(subject, rules)
      return typeof token === 'string' ? await judge(token, permission ?? null, how) : token
    },

    get state() {
      return states.current()
    },
    on: (_event, listener) => states.add(listener),

    async close() {
      closing.abort()
      states.clear()
    },
  }
}

const closed: Unknown = { kind: 'unknown', retryAfterSeconds: 1, reason: 'the verifier is closed' }

/** Throws `RangeError` for a name that Latchkey would not take. */
export function requirePermissionName(permission: string): void {
  if (permission.length >= 1 && permission.length <= 64) return
  throw new RangeError('latchkey: a permission has 1 to 64 characters')
}

function baseUrl(url: string): string {
  if (!URL.canParse(url)) throw new TypeError('latchkey: `url` must be the URL of Latchkey')
  return url.replace(/\/+$/, '')
}

/** A trailing slash or a path would never match what a browser sends. */
function requireOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return
  throw new TypeError(
    `latchkey: \`allowedOrigins\` has ${origin}, which is not an origin such as https://app.example.com`,
  )
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
