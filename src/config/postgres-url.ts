import { makeValidator } from 'envalid'
import { parse } from 'pg-connection-string'

/** What protects the way to Postgres. `unverified`: encrypted, to a server whose certificate is not checked. */
export type PostgresEncryption = 'none' | 'unverified' | 'verified'

/** Where the driver connects, and how. `host` is a folder for a Unix socket. */
export type PostgresRoute = { host: string; encryption: PostgresEncryption }

const encoding = 'write # ? / @ in a user or password as %23 %3F %2F %40'
const socketForms =
  'for a Unix socket write postgres://user:password@/database?host=/folder, or postgres://user:password@%2Ffolder/database'

/** Modes that the driver treats as verify-full, with a warning of seven lines that they will mean less one day. */
const sameAsVerifyFull = /([?&]sslmode=)(?:allow|prefer|require|verify-ca)(?=&|$)/
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** Returns the URL as the driver is to have it. Messages name no piece of it that could belong to a password. */
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
    throw new TypeError('has a value of ssl that the driver does not know; use sslmode=verify-full instead')
  }
  return withExplicitMode(url, parameters)
})

/** How the driver reads a URL that `postgresUrl` has accepted, and the variables `PG…` beside it. */
export function postgresRoute(url: string, environment: NodeJS.ProcessEnv): PostgresRoute {
  const { host, ssl } = readByDriver(url)
  return {
    host: host || environment['PGHOST'] || 'localhost',
    encryption: encryptionOf(ssl, environment['PGSSLMODE']),
  }
}

/** Parameters that have an effect here; the driver takes any other without a word. */
const effective = new Set([
  ...['user', 'password', 'host', 'port', 'options', 'client_encoding', 'replication', 'binary'],
  ...['application_name', 'fallback_application_name', 'sslnegotiation', 'uselibpqcompat'],
  ...['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert'],
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'query_timeout'],
])

/** Names of parameters without an effect, such as `schema` and `connection_limit` of Prisma. */
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
  // Behind an unencoded `/`, `?` or `#` of a password, its rest and the `@` stand where no URL has them.
  const names = [...parameters.keys()].join()
  if (`${path}${query}`.includes('#') || `${path}${names}`.includes('@')) {
    throw new TypeError(`cannot be read: ${encoding}`)
  }
  if (/,/.test(authority.replace(/^.*@/s, '')) || /,/.test(parameters.get('host') ?? '')) {
    throw new TypeError('names several hosts; it takes one, which leads to the primary')
  }
  if (authority.endsWith('@') && !path.startsWith('/')) throw new TypeError(`has no host; ${socketForms}`)
  // libpq's form of a socket has a user and no host, which no URL may have.
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

/** We decide the mode, so that neither a warning nor another version of the driver does. */
function withExplicitMode(url: string, parameters: URLSearchParams): string {
  if (parameters.get('uselibpqcompat') === 'true') return url
  return url.replace(sameAsVerifyFull, '$1verify-full')
}

function readByDriver(url: string): { host: string | null; ssl: unknown } {
  const parameters = parametersOf(url)
  if (parameters.get('sslrootcert') === 'system') {
    throw new TypeError(
      'has sslrootcert=system, which only libpq knows; remove it: without sslrootcert the authorities that Node.js trusts count',
    )
  }
  try {
    const { host, ssl } = parse(withExplicitMode(url, parameters))
    return { host: host ?? null, ssl }
  } catch (error) {
    throw new TypeError(faultOf(error), { cause: error })
  }
}

/** The driver reads the files that the URL names as soon as it reads the URL. */
function faultOf(error: unknown): string {
  if (error instanceof Error && 'path' in error && 'code' in error) {
    return `names a file that cannot be read (${String(error.code)}): ${String(error.path)}`
  }
  if (error instanceof Error && /verify-ca/.test(error.message)) {
    return 'has sslmode=verify-ca without sslrootcert; name the file of the authority in sslrootcert, or use sslmode=verify-full'
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
