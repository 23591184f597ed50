import { describe, expect, it } from 'vitest'
import { judgeProvenance } from '../../../src/access/csrf.ts'

const allowed = {
  listed: ['https://app.example.com', 'https://example.com:8443'],
  own: 'https://auth.example.com',
}

describe('where a request with cookies comes from', () => {
  it.each([
    ['same-origin', undefined, 'trusted'],
    ['none', undefined, 'trusted'],
    // What the browser says of itself counts more than a header that older ones leave out.
    ['same-origin', 'https://unlisted.example', 'trusted'],
    ['same-site', 'https://app.example.com', 'trusted'],
    ['cross-site', 'https://app.example.com', 'trusted'],
    [undefined, 'https://app.example.com', 'trusted'],
    [undefined, 'https://example.com:8443', 'trusted'],
    ['cross-site', undefined, 'foreign'],
    ['same-site', undefined, 'foreign'],
    ['same-site', 'https://evil.example.com', 'foreign'],
    ['cross-site', 'https://evil.example', 'foreign'],
    [undefined, 'https://evil.example', 'foreign'],
    [undefined, 'null', 'foreign'],
    [undefined, '', 'foreign'],
    ['', undefined, 'foreign'],
    ['SAME-ORIGIN', undefined, 'foreign'],
    ['same-origin, cross-site', undefined, 'foreign'],
    [undefined, 'https://app.example.com.evil.example', 'foreign'],
    [undefined, 'https://app.example.com:443', 'foreign'],
    [undefined, 'https://APP.example.com', 'foreign'],
    [undefined, 'http://app.example.com', 'foreign'],
    [undefined, 'https://example.com', 'foreign'],
    [undefined, 'https://app.example.com, https://app.example.com', 'foreign'],
    // Safari before 16.4, and any browser over plain HTTP.
    [undefined, 'https://auth.example.com', 'trusted'],
    [undefined, 'http://auth.example.com', 'foreign'],
    // A browser that sends Fetch Metadata calls its own pages `same-origin`.
    ['cross-site', 'https://auth.example.com', 'foreign'],
    ['same-site', 'https://auth.example.com', 'foreign'],
    [undefined, undefined, 'unknown'],
  ] as const)('Sec-Fetch-Site %s and Origin %s: %s', (fetchSite, origin, verdict) => {
    expect(judgeProvenance({ fetchSite, origin }, allowed)).toBe(verdict)
  })

  it('trusts every port of this machine where the list has them all, and nothing that only looks like one', () => {
    const development = { listed: ['http://localhost:*'], own: null }
    const verdictOn = (origin: string) => judgeProvenance({ fetchSite: 'same-site', origin }, development)
    expect(['http://localhost:5173', 'http://localhost'].map(verdictOn)).toEqual(['trusted', 'trusted'])
    for (const origin of ['http://127.0.0.1:5173', 'http://localhost:x', 'http://localhost:80@evil.example'])
      expect(verdictOn(origin)).toBe('foreign')
  })

  it('trusts no origin when none is allowed', () => {
    expect(judgeProvenance({ fetchSite: undefined, origin: 'null' }, { listed: [], own: null })).toBe(
      'foreign',
    )
    expect(judgeProvenance({ fetchSite: 'cross-site', origin: undefined }, { listed: [], own: null })).toBe(
      'foreign',
    )
  })
})
