import fc from 'fast-check'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { judgeProvenance } from '../../../src/access/csrf.ts'
import { createCookies } from '../../../src/http/access/cookies.ts'
import { bearerTokenIn } from '../../../src/http/access/credential.ts'
import { isSafe } from '../../../src/http/access/csrf.ts'
import { credentialOf } from '../src/request/credential.ts'
import { isForeign } from '../src/request/provenance.ts'

const own = 'https://app.example.com'
const listed = 'https://admin.example.com'
const trusted = { listed: [listed], own }

const sites = [undefined, 'same-origin', 'same-site', 'cross-site', 'none', '', 'SAME-ORIGIN', 'new']
const origins = [undefined, own, listed, 'https://evil.example.com', 'null', '', `${own}/`, `${own}:443`]
const modes = [undefined, 'navigate', 'cors', 'no-cors', 'websocket']
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', 'get']

const provenances = sites.flatMap(fetchSite => origins.map(origin => ({ fetchSite, origin })))

/** The service keeps these rules in its own sources, which no package imports. This holds the two together. */
describe('the rules for a request with the cookie', () => {
  it.each(methods.filter(method => !isSafe(method)))('are those of Latchkey for %s', method => {
    for (const trust of [trusted, { listed: [], own: null }]) {
      for (const { fetchSite, origin } of provenances) {
        const isRefused = judgeProvenance({ fetchSite, origin }, trust) !== 'trusted'
        for (const fetchMode of modes) {
          const request = { method, fetchSite: fetchSite ?? null, fetchMode: fetchMode ?? null }
          const found = isForeign({ ...request, origin: origin ?? null }, trust)
          expect([fetchSite, origin, fetchMode, found]).toEqual([fetchSite, origin, fetchMode, isRefused])
        }
      }
    }
  })

  it.each(methods.filter(isSafe))('are those of Latchkey for %s, but for embedding', method => {
    for (const { fetchSite, origin } of provenances) {
      const isTrusted = judgeProvenance({ fetchSite, origin }, trusted) === 'trusted'
      for (const fetchMode of modes) {
        const isEmbedded = fetchSite === 'cross-site' && fetchMode !== 'navigate' && !isTrusted
        const request = { method, fetchSite: fetchSite ?? null, fetchMode: fetchMode ?? null }
        const found = isForeign({ ...request, origin: origin ?? null }, trusted)
        expect([fetchSite, origin, fetchMode, found]).toEqual([fetchSite, origin, fetchMode, isEmbedded])
      }
    }
  })
})

describe('the credential', () => {
  const rules = { cookieName: '__Host-latchkey_access', trusted }

  it('in Authorization is what Latchkey reads there, whatever Node.js lets into a header', () => {
    const parts = fc.constantFrom('Bearer', 'bearer', ' ', '\t', '\u00a0', '\u0085', '\u00ff', 'a', '=')
    fc.assert(
      fc.property(fc.constantFrom('', 'Bearer ', 'bEARER  '), fc.array(parts), (opening, rest) => {
        const authorization = opening + rest.join('')
        const found = credentialOf({ headers: { authorization }, method: 'GET' }, rules)
        expect(typeof found === 'string' ? found : null).toBe(bearerTokenIn(authorization))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    [false, '__Host-latchkey_access'],
    [true, 'latchkey_access'],
  ])('in the cookie is what Latchkey reads there (insecure: %s)', async (insecure, cookieName) => {
    const cookies = createCookies({ insecure })
    const app = Fastify()
    app.get('/', request => ({ token: cookies.accessToken(request) }))
    const names = ['__Host-latchkey_access', 'latchkey_access', '__Host-latchkey_access2', 'x']
    const odd = [`${cookieName}=`, `${cookieName}=a=b`, cookieName]
    const pairs = [...names.map(name => `${name}=${name.length}`), ...odd]
    for (const one of pairs) {
      for (const other of pairs) {
        const cookie = `${one};  ${other} `
        const answer = await app.inject({ url: '/', headers: { cookie } })
        const found = credentialOf({ headers: { cookie }, method: 'GET' }, { ...rules, cookieName })
        const token = typeof found === 'string' ? found : null
        const isAmbiguous = typeof found !== 'string' && found.status === 400
        const expected = answer.statusCode === 200 ? answer.json().token : null
        expect([cookie, token, isAmbiguous]).toEqual([cookie, expected, answer.statusCode !== 200])
      }
    }
    await app.close()
  })
})
