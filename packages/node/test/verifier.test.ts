import { describe, expect, it } from 'vitest'
import { createVerifier, type VerifierOptions } from '../src/index.ts'
import { claimsOfProved } from '../src/verifier/claims.ts'

/** The discard port: nothing listens there, and nothing is asked in these tests. */
const url = 'http://127.0.0.1:9'

const make = (options: Partial<VerifierOptions> = {}) => createVerifier({ url, ...options })

describe('a verifier', () => {
  it.each(['latchkey', '', '/v1'])('cannot be made for %j, which is not a URL', wrong => {
    expect(() => make({ url: wrong })).toThrow(TypeError)
  })

  it.each([
    'https://app.example.com/',
    'https://app.example.com/path',
    'app.example.com',
    '*',
    'null',
    'HTTPS://app.example.com',
  ])('cannot be made for %j as an allowed origin, which no browser sends', origin => {
    expect(() => make({ allowedOrigins: [origin] })).toThrow(TypeError)
  })

  it('takes origins as browsers send them', () => {
    expect(() => make({ allowedOrigins: ['https://app.example.com', 'http://localhost:5173'] })).not.toThrow()
  })

  it.each(['', 'x'.repeat(65)])(
    'cannot be asked for a permission that Latchkey cannot have: %j',
    async permission => {
      await expect(make().verify('t', { permission })).rejects.toThrow(RangeError)
    },
  )

  it.each(['', 'a b', 'a\nb', 'tökén', '日本', 'x'.repeat(8_193), '=', 'a=b'])(
    'refuses what cannot be a token without asking, and stays what it was: %j',
    async token => {
      const verifier = make()
      expect(await verifier.verify(token)).toMatchObject({ status: 401, code: 'access_token_invalid' })
      expect(verifier.state).toBe('asking')
    },
  )

  it('answers that it does not know once it is closed, and calls no listener', async () => {
    const verifier = make()
    const states: string[] = []
    verifier.on('state', state => states.push(state))
    await verifier.close()
    const reason = 'the verifier is closed'
    expect(await verifier.verify('t')).toEqual({ kind: 'unknown', retryAfterSeconds: 1, reason })
    await expect(verifier.start()).rejects.toThrow('closed')
    expect(states).toEqual([])
  })
})

describe('the claims of a token that Latchkey has proved', () => {
  const token = (payload: string) => `e30.${Buffer.from(payload).toString('base64url')}.x`

  it('are read as UTF-8, with times as RFC 3339', () => {
    const claims = claimsOfProved(token('{"client_id":"büro","exp":1893456000}'))
    expect([claims?.text('client_id'), claims?.instant('exp')]).toEqual(['büro', '2030-01-01T00:00:00.000Z'])
  })

  it.each(['x', '', 'a.b.c', token('null'), token('1'), token('{')])('are none in %j', text => {
    expect(claimsOfProved(text)).toBeNull()
  })

  it('are null where they are missing or of another type', () => {
    const claims = claimsOfProved(token('{"client_id":1,"exp":"soon","iat":1e300}'))
    const found = [
      claims?.text('client_id'),
      claims?.instant('exp'),
      claims?.instant('iat'),
      claims?.text('x'),
    ]
    expect(found).toEqual([null, null, null, null])
  })
})
