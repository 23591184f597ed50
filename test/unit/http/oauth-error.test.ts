import { describe, expect, it } from 'vitest'
import { problems } from '../../../src/errors.ts'
import { oauthErrorOf, oauthErrors } from '../../../src/http/session/oauth/error.ts'

const codes = Object.keys(problems).filter((code): code is keyof typeof problems => code in problems)

describe('a problem in the words of OAuth', () => {
  it('is an invalid_grant, which signs a client out, only when the token or its session is over', () => {
    const over = codes.filter(code => oauthErrorOf(code).error === 'invalid_grant')
    expect(over.sort()).toEqual([
      'refresh_token_expired',
      'refresh_token_invalid',
      'refresh_token_reused',
      'session_expired',
      'session_revoked',
    ])
    for (const code of over) expect(oauthErrorOf(code).status).toBe(400)
  })

  it('keeps its status otherwise, and is temporary when it may be gone by the next try', () => {
    for (const code of codes) {
      const { status, error } = oauthErrorOf(code)
      if (error !== 'invalid_grant') expect(status, code).toBe(problems[code].status)
      const isTemporary = status === 503 || code === 'rate_limited'
      expect(error === 'temporarily_unavailable', code).toBe(isTemporary)
    }
  })

  it('has one of the words that are documented, and a description in the characters that the RFC allows', () => {
    for (const code of codes) {
      expect(oauthErrors, code).toContain(oauthErrorOf(code).error)
      expect(problems[code].title).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })
})
