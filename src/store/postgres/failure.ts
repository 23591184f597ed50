import { DrizzleQueryError } from 'drizzle-orm'
import pg from 'pg'
import { Problem } from '../../errors.ts'

/** What a failure of the driver means: whether Postgres could be asked at all, and what to do about it. */

/** The server that answered is a standby. */
export class StandbyError extends Error {
  constructor() {
    super('this Postgres server is a standby; the primary is needed')
    this.name = 'StandbyError'
  }
}

export function causeOf(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause ? error.cause : error
}

/**
 * Whether Postgres could not be asked, as opposed to having said no. SQLSTATE classes: 08 connection, 28 authorization,
 * 3D no such database, 53 resources, 57 operator intervention (57014 is a statement timeout), 55P03 lock timeout, 25006
 * read-only, 40 serialization and deadlock, 25P0x idle or transaction timeout. (PostgreSQL documentation, appendix A.)
 */
export function isUnavailable(error: Error): boolean {
  if (error instanceof StandbyError || isRefusedParameter(error)) return true
  if (error instanceof pg.DatabaseError)
    return /^(08|28|3D|53|57|40)|^(55P03|25006|25P0[234])$/.test(error.code ?? '')
  // Node's own: ECONNREFUSED, ECONNRESET, ENOTFOUND …
  if (/^E[A-Z_]+$/.test(codeOf(error)) || isTlsFailure(error)) return true
  return /timeout|Connection terminated|not queryable|Cannot use a pool/i.test(error.message)
}

export function unavailable(cause: Error): Problem {
  const detail = wasSent(cause)
    ? 'The database did not answer. Whether a change was made is unknown; the same request can be repeated.'
    : 'The database cannot be reached; nothing was changed.'
  return new Problem('store_unavailable', { detail, retryAfterSeconds: 1 }, { cause })
}

/** Without a connection nothing has been asked. */
function wasSent(cause: Error): boolean {
  return (
    !/^(ECONNREFUSED|ENOTFOUND|28.*|3D.*)$/.test(codeOf(cause)) &&
    !(cause instanceof StandbyError) &&
    !isTlsFailure(cause) &&
    !isRefusedParameter(cause) &&
    // The pool's words for a connection that it waited for, and for one that it could not open in time.
    !/timeout exceeded when trying to connect|due to connection timeout/.test(cause.message)
  )
}

/** Why the database cannot be used at all, and what to do, in one line; null for any other failure. */
export function connectionRefusal(error: unknown): string | null {
  const cause = error instanceof Problem ? error.cause : causeOf(error)
  if (!(cause instanceof Error) || !isUnavailable(cause)) return null
  const remedy = connectionRemedy(cause)
  const reason = cause.message || codeOf(cause)
  return `the database cannot be used, check DATABASE_URL: ${reason}${remedy === null ? '' : `; ${remedy}`}`
}

/** What to change, for failures that do not go by themselves; null where the message of the driver says it. */
export function connectionRemedy(error: unknown): string | null {
  const cause = error instanceof Problem ? error.cause : causeOf(error)
  if (!(cause instanceof Error)) return null
  if (untrusted.has(codeOf(cause))) {
    return 'no authority that is trusted here has signed its certificate: name the file of that authority in sslrootcert=/path/ca.pem of DATABASE_URL, or in NODE_EXTRA_CA_CERTS'
  }
  if (outdated.has(codeOf(cause)))
    return 'renew the certificate of the server, or correct the clock of this machine'
  if (codeOf(cause) === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'use a host in DATABASE_URL that the certificate of the server names'
  }
  if (saysNoTls(cause)) {
    return 'switch TLS on at the server; or, where the network between is yours alone, use sslmode=disable and ALLOW_UNENCRYPTED_STORES=true'
  }
  if (isTlsFailure(cause))
    return 'check that host and port of DATABASE_URL lead to a Postgres that speaks TLS'
  if (isRefusedParameter(cause)) {
    return 'remove options= and similar parameters from DATABASE_URL; behind PgBouncer set DATABASE_POOLER=transaction'
  }
  return null
}

/** Codes of certificate verification (OpenSSL, X509_V_ERR_…), as Node.js passes them on. */
const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
])
const outdated = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

function isTlsFailure(error: Error): boolean {
  const code = codeOf(error)
  return (
    untrusted.has(code) ||
    outdated.has(code) ||
    /^(ERR_TLS_|ERR_SSL_|CERT_|EPROTO)/.test(code) ||
    saysNoTls(error)
  )
}

function saysNoTls(error: Error): boolean {
  return /server does not support SSL|error establishing an SSL connection/i.test(error.message)
}

/** While a connection is opened the server refuses a parameter of it: FATAL, unlike the same code of a statement. */
function isRefusedParameter(error: Error): boolean {
  return (
    error instanceof pg.DatabaseError &&
    error.severity === 'FATAL' &&
    ['22023', '42704', '08P01'].includes(error.code ?? '')
  )
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
