import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { connectionRefusal, isUnavailable, unavailable } from '../../../src/store/postgres/failure.ts'

function coded(code: string, message = 'why'): Error {
  return Object.assign(new Error(message), { code })
}

function ofServer(severity: string, code: string): Error {
  return Object.assign(new pg.DatabaseError('why', 3, 'error'), { severity, code })
}

describe('a connection that fails in TLS', () => {
  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /sslrootcert=.+NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /sslrootcert=/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /sslrootcert=/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /sslrootcert=/],
    ['CERT_HAS_EXPIRED', /renew the certificate/],
    ['CERT_NOT_YET_VALID', /clock of this machine/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /that the certificate of the server names/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /a Postgres that speaks TLS/],
  ])('is an unavailable store, and has a remedy: %s', (code, remedy) => {
    const error = coded(code)
    expect(isUnavailable(error)).toBe(true)
    expect(unavailable(error).extras.detail).toMatch(/cannot be reached; nothing was changed/)
    expect(connectionRefusal(error)).toMatch(/^the database cannot be used, check DATABASE_URL: why; /)
    expect(connectionRefusal(error)).toMatch(remedy)
  })
})

describe('what the server says', () => {
  it.each(['28P01', '28000', '3D000', '22023', '42704', '08P01'])(
    'while a connection is opened makes it unavailable: %s',
    code => {
      expect(isUnavailable(ofServer('FATAL', code))).toBe(true)
      expect(connectionRefusal(ofServer('FATAL', code))).toMatch(/check DATABASE_URL: why/)
    },
  )

  it.each(['22023', '42704', '23505'])('of a statement does not: %s', code => {
    expect(isUnavailable(ofServer('ERROR', code))).toBe(false)
    expect(connectionRefusal(ofServer('ERROR', code))).toBeNull()
  })
})
