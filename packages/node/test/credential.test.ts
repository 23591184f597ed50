import { describe, expect, it } from 'vitest'
import { type CredentialRules, credentialOf, type VerifiableRequest } from '../src/request/credential.ts'

const cookieName = '__Host-latchkey_access'
const rules: CredentialRules = { cookieName, trusted: { listed: [], own: 'https://app.example.com' } }
const bearerOnly: CredentialRules = { ...rules, cookieName: null }

/** The same request as Node.js has it, and as a `Request` has it. */
function forms(headers: Record<string, string>, method = 'GET'): VerifiableRequest[] {
  const rawHeaders = Object.entries(headers).flat()
  return [
    { headers, method, rawHeaders },
    { headers, method },
    { headers: new Headers(headers), method },
  ]
}

function outcomes(headers: Record<string, string>, method?: string, by = rules) {
  const found = forms(headers, method).map(request => credentialOf(request, by))
  const told = found.map(credential => (typeof credential === 'string' ? credential : credential.code))
  return [...new Set(told)]
}

describe('the credential of a request', () => {
  it.each(['Bearer t', 'bearer t', 'BEARER   t'])('is the bearer token of %s', authorization => {
    expect(outcomes({ authorization })).toEqual(['t'])
  })

  it.each(['t', 'Basic dTpw', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'Bearert', 'DPoP t'])(
    'is not in Authorization: %s',
    authorization => {
      expect(outcomes({ authorization })).toEqual(['authentication_required'])
    },
  )

  it('is none of two Authorization headers, of which Node.js shows the first, and not the cookie either', () => {
    const request = {
      method: 'GET',
      headers: { authorization: 'Bearer a', cookie: `${cookieName}=c` },
      rawHeaders: ['Authorization', 'Bearer a', 'authorization', 'Bearer b', 'cookie', `${cookieName}=c`],
    }
    expect(credentialOf(request, rules)).toMatchObject({ status: 401, code: 'authentication_required' })
  })

  it('is the bearer token when there is a cookie too', () => {
    expect(outcomes({ authorization: 'Bearer t', cookie: `${cookieName}=c` })).toEqual(['t'])
  })

  it('is the access cookie, among others and beside another scheme', () => {
    expect(outcomes({ cookie: `a=b; ${cookieName}=c;d=e` })).toEqual(['c'])
    expect(outcomes({ cookie: `${cookieName}=c`, authorization: 'Basic dTpw' })).toEqual(['c'])
  })

  it('is not in a cookie of a similar name', () => {
    const cookie = `latchkey_access=a; x${cookieName}=b; ${cookieName}2=c; ${cookieName}=`
    expect(outcomes({ cookie })).toEqual(['authentication_required'])
  })

  it('is a 400 when the cookie comes twice', () => {
    expect(outcomes({ cookie: `${cookieName}=a; ${cookieName}=b` })).toEqual(['validation_failed'])
  })

  it('is no cookie where cookies are not read', () => {
    expect(outcomes({ cookie: `${cookieName}=c` }, 'GET', bearerOnly)).toEqual(['authentication_required'])
  })

  it('is no cookie from a foreign page, while a bearer token needs no origin', () => {
    const foreign = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }
    expect(outcomes({ ...foreign, cookie: `${cookieName}=c` }, 'POST')).toEqual(['csrf_rejected'])
    expect(outcomes({ ...foreign, cookie: `${cookieName}=c` }, 'GET')).toEqual(['csrf_rejected'])
    expect(outcomes({ ...foreign, authorization: 'Bearer t' }, 'POST')).toEqual(['t'])
  })

  it('is no cookie without a method and without an origin, since the method may be POST', () => {
    const headers = { cookie: `${cookieName}=c` }
    expect(credentialOf({ headers }, rules)).toMatchObject({ status: 403, code: 'csrf_rejected' })
    expect(credentialOf({ headers, method: 'GET' }, rules)).toBe('c')
  })
})
