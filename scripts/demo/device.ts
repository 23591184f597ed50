import { type Answer, accepted, ask, type Call, type Tokens, tokensIn } from './http.ts'
import type { Account, Instance } from './service.ts'

/** Something to sign in with: it has a user agent, and remembers every pair of tokens that it was given. */
export interface Device {
  name: string
  userAgent: string
  signIn(at: Instance, account: Account): Promise<Answer>
  /** Exchanges the current refresh token, and keeps the new pair. */
  refresh(at: Instance): Promise<Answer>
  /** Asks for a new pair, and leaves it to the caller what to make of the answer. */
  tryRefresh(at: Instance, refreshToken?: string): Promise<Answer>
  keep(tokens: Tokens): void
  /** Asks, as any other service would: is this device signed in? */
  verify(at: Instance): Promise<Answer>
  /** Throws unless it is signed in. */
  staysSignedIn(at: Instance): Promise<void>
  /** With its access token. */
  ask(at: Instance, method: Call['method'], path: string): Promise<Answer>
  /** The pair that it uses, or the one so many generations older. Throws when there is none. */
  tokens(generationsBack?: number): Tokens
}

export function createDevice(name: string, clientType: string, userAgent: string): Device {
  /** Oldest first. */
  let pairs: Tokens[] = []

  const device: Device = {
    name,
    userAgent,
    async signIn(at, { email, password }) {
      const body = { email, password, clientType }
      const answer = await ask(at, { method: 'POST', path: '/v1/auth/login', body, userAgent })
      pairs = [tokensIn(answer)]
      return answer
    },
    async refresh(at) {
      const answer = await device.tryRefresh(at)
      device.keep(tokensIn(answer))
      return answer
    },
    tryRefresh(at, refreshToken = device.tokens().refreshToken) {
      return ask(at, { method: 'POST', path: '/v1/auth/refresh', body: { refreshToken }, userAgent })
    },
    keep(tokens) {
      pairs.push(tokens)
    },
    verify(at) {
      return device.ask(at, 'GET', '/v1/verify')
    },
    async staysSignedIn(at) {
      accepted(await device.verify(at))
    },
    ask(at, method, path) {
      return ask(at, { method, path, accessToken: device.tokens().accessToken, userAgent })
    },
    tokens(generationsBack = 0) {
      const pair = pairs.at(-1 - generationsBack)
      if (pair === undefined)
        throw new Error(`the ${name} has no tokens of ${generationsBack} generations ago`)
      return pair
    },
  }
  return device
}
