import { defaultRateLimits, type RateLimitName } from '../../src/access/rate-limits.ts'
import { code, table } from './markdown.ts'

/** `per`: what has a count of its own. `counts`: what is counted. */
const descriptions: Record<RateLimitName, { per: string; counts: string }> = {
  login_account: {
    per: 'account and address, or account and known device',
    counts: 'sign-ins, successful ones included',
  },
  login_address: { per: 'address', counts: 'sign-ins' },
  register_address: { per: 'address', counts: 'registrations' },
  refresh_session: {
    per: 'session',
    counts: 'exchanges of a refresh token; a repeated request for the same pair is not counted',
  },
  refresh_address: {
    per: 'address and instance',
    counts: 'refresh tokens that Latchkey never issued',
  },
  logout_session: { per: 'session; for access tokens also token and instance', counts: 'sign-outs' },
  password_session: { per: 'session', counts: 'password changes, failed ones included' },
  anonymous_address: {
    per: 'address; for tokens and keys also instance',
    counts:
      'requests without a credential where one is needed, forged access tokens, unknown service keys, and sign-outs without a session',
  },
  refused_address: {
    per: 'address and instance',
    counts:
      'refusals that took work: a failed signature check, or a refresh or second sign-out of a session that has ended',
  },
  public_address: {
    per: 'address and instance',
    counts:
      'public documents: the API description, the files of `/docs` and `/console/`, the JWKS, OAuth metadata',
  },
  session: { per: 'session; for verify also instance', counts: 'requests' },
}

/** Every rate limit with its default. */
export function rateLimitReference(): string {
  const rows = Object.entries(descriptions).map(([name, { per, counts }]) => {
    if (!isName(name)) throw new Error(`${name} is not a rate limit`)
    const { max, windowSeconds } = defaultRateLimits[name]
    return [code(name), per, counts, max.toLocaleString('en-US'), windowSeconds.toLocaleString('en-US')]
  })
  return table([['Name', 'Counted per', 'Counts', '`max`', '`windowSeconds`'], ...rows])
}

function isName(name: string): name is RateLimitName {
  return Object.hasOwn(defaultRateLimits, name)
}
