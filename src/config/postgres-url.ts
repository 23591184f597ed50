import { makeValidator } from 'envalid'
import { parse } from 'pg-connection-string'

/** Protection of the connection to Postgres. `unverified`: encrypted, but the certificate is not checked. */
export type PostgresEncryption = 'none' | 'unverified' | 'verified'

/** Where and how the driver connects. For a Unix socket, `host` is a folder. */
export type PostgresRoute = { host: string; encryption: PostgresEncryption }

const encoding = 'write # ? / @ in a user or password as %23 %3F %2F %40'
const socketForms =
  'for a Unix socket write postgres://user:password@/database?host=/folder, or postgres://user:password@%2Ffolder/database'

/** Modes that the driver treats as verify-full, with a seven-line warning that this will change. */
const sameAsVerifyFull = /([?&]sslmode=)(?:allow|prefer|require|verify-ca)(?=&|$)/
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** Returns the URL for the driver. Messages repeat no part of it that could belong to a password. */
export const postgresUrl = makeValidator<string>(input => {
  const url = input.trim()
  const parameters = parametersOf(url)
  refuseRepeated(parameters)
  const mode = parameters.get('sslmode')
  if (mode && !sslModes.includes(mode)) {
    throw new TypeError(`has an sslmode that does not exist; use one of ${sslModes.join(', ')}`)
  }
  const { ssl } = readByDriver(url)
  if (typeof ssl === 'string' && !['', 'true', 'no-verify'].includes(ssl)) {
    throw new TypeError('has an unsupported value of ssl; use sslmode=verify-full instead')
  }
  return withExplicitMode(url, parameters)
})

/** How the driver reads a URL that `postgresUrl` accepted, together with the `PG…` variables. */
export function postgresRoute(url: string, environment: NodeJS.ProcessEnv): PostgresRoute {
  const { host, ssl } = readByDriver(url)
  return {
    host: host || environment['PGHOST'] || 'localhost',
    encryption: encryptionOf(ssl, environment['PGSSLMODE']),
  }
}

/** Parameters that have an effect. The driver ignores all others silently. */
const effective = new Set([
  ...['user', 'password', 'host', 'port', 'options', 'client_encoding', 'replication', 'binary'],
  ...['application_name', 'fallback_application_name', 'sslnegotiation', 'uselibpqcompat'],
  ...['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert'],
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'query_timeout'],
])

/** Names of parameters that have no effect, such as Prisma's `schema` and `connection_limit`. */
export function ignoredParameters(url: string): string[] {
  return [...new Set(parametersOf(url).keys())].filter(name => !effective.has(name))
}

function parametersOf(url: string): URLSearchParams {
  const [, authority, rest] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  if (authority === undefined || rest === undefined) {
    throw new TypeError('must be a URL that begins with postgres:// or postgresql://, without quotes')
  }
  const [path = '', query = ''] = rest.split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  // After an unencoded `/`, `?` or `#` in a password, its rest and the `@` are where no URL has them.
  const names = [...parameters.keys()].join()
  if (`${path}${query}`.includes('#') || `${path}${names}`.includes('@')) {
    throw new TypeError(`cannot be read: ${encoding}`)
  }
  if (/,/.test(authority.replace(/^.*@/s, '')) || /,/.test(parameters.get('host') ?? '')) {
    throw new TypeError('names several hosts; use one, which leads to the primary')
  }
  if (authority.endsWith('@') && !path.startsWith('/')) throw new TypeError(`has no host; ${socketForms}`)
  // In libpq's form of a socket there is a user but no host, which is not a valid URL.
  if (!URL.canParse(url.replace('@/', '@localhost/'))) {
    throw new TypeError(`cannot be read: ${encoding}; ${socketForms}`)
  }
  return parameters
}

function refuseRepeated(parameters: URLSearchParams): void {
  const names = [...parameters.keys()]
  const repeated = names.find((name, at) => names.indexOf(name) !== at)
  if (repeated !== undefined) throw new TypeError(`has ${repeated} more than once; keep one of them`)
}

/** Sets the mode explicitly: the driver prints no warning, and another version of it cannot change the meaning. */
function withExplicitMode(url: string, parameters: URLSearchParams): string {
  if (parameters.get('uselibpqcompat') === 'true') return url
  return url.replace(sameAsVerifyFull, '$1verify-full')
}

function readByDriver(url: string): { host: string | null; ssl: unknown } {
  const parameters = parametersOf(url)
  if (parameters.get('sslrootcert') === 'system') {
    throw new TypeError(
      'has sslrootcert=system, which only libpq supports; remove it: without sslrootcert, the authorities that Node.js trusts are used',
    )
  }
  try {
    const { host, ssl } = parse(withExplicitMode(url, parameters))
    return { host: host ?? null, ssl }
  } catch (error) {
    throw new TypeError(faultOf(error), { cause: error })
  }
}

/** The driver reads the files that the URL names when it parses the URL. */
function faultOf(error: unknown): string {
  if (error instanceof Error && 'path' in error && 'code' in error) {
    return `names a file that cannot be read (${String(error.code)}): ${String(error.path)}`
  }
  if (error instanceof Error && /verify-ca/.test(error.message)) {
    return 'has sslmode=verify-ca without sslrootcert; set sslrootcert to the certificate authority, or use sslmode=verify-full'
  }
  return `cannot be read: ${encoding}`
}

function encryptionOf(ssl: unknown, modeOfEnvironment: string | undefined): PostgresEncryption {
  if (ssl === 'no-verify' || isUnverified(ssl)) return 'unverified'
  if (ssl !== undefined) return ssl ? 'verified' : 'none'
  if (modeOfEnvironment === 'no-verify') return 'unverified'
  const encrypts = ['prefer', 'require', 'verify-ca', 'verify-full'].includes(modeOfEnvironment ?? '')
  return encrypts ? 'verified' : 'none'
}

function isUnverified(ssl: unknown): boolean {
  return (
    typeof ssl === 'object' && ssl !== null && 'rejectUnauthorized' in ssl && ssl.rejectUnauthorized === false
  )
}
