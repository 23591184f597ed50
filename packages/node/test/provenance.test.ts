import { describe, expect, it } from 'vitest'
import { isForeign } from '../src/request/provenance.ts'

const own = 'https://app.example.com'
const listed = 'https://admin.example.com'
const trusted = { listed: [listed], own }
const foreignOrigin = 'https://evil.example.com'

type Row = [site: string | null, origin: string | null, mode: string | null]

function judge(method: string, [fetchSite, origin, fetchMode]: Row): boolean {
  return isForeign({ method, fetchSite, fetchMode, origin }, trusted)
}

describe('a request with the cookie that changes something', () => {
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'BREW', 'get']

  it.each<Row>([
    ['same-origin', own, 'cors'],
    ['none', null, 'navigate'],
    // Behind a proxy that changes nothing of what the browser says.
    ['same-origin', foreignOrigin, 'cors'],
    ['same-site', listed, 'cors'],
    ['cross-site', listed, 'cors'],
    // Without Fetch Metadata: Safari before 16.4, and plain HTTP.
    [null, own, null],
    [null, listed, null],
  ])('is let in from Sec-Fetch-Site %s, Origin %s', (...row) => {
    for (const method of methods) expect([method, judge(method, row)]).toEqual([method, false])
  })

  it.each<Row>([
    ['same-site', foreignOrigin, 'cors'],
    ['same-site', own, 'cors'],
    ['cross-site', foreignOrigin, 'navigate'],
    ['cross-site', 'null', 'navigate'],
    ['cross-site', null, 'no-cors'],
    ['something-new', own, 'cors'],
    [null, foreignOrigin, null],
    [null, `${own}/`, null],
    [null, `${own}:8443`, null],
    [null, `${own}.evil.example`, null],
    [null, 'http://app.example.com', null],
    [null, 'null', null],
    // Hardly a browser: nothing says that no foreign page sent it.
    [null, null, null],
  ])('is refused from Sec-Fetch-Site %s, Origin %s', (...row) => {
    for (const method of methods) expect([method, judge(method, row)]).toEqual([method, true])
  })

  it('is refused without an origin, also when the issuer is not a URL', () => {
    const nothing = { method: 'POST', fetchSite: null, fetchMode: null, origin: null }
    expect(isForeign(nothing, { listed: [], own: null })).toBe(true)
  })
})

describe('a request with the cookie that changes nothing', () => {
  const methods = ['GET', 'HEAD', 'OPTIONS']

  it.each<Row>([
    ['same-origin', null, 'cors'],
    ['same-site', null, 'no-cors'],
    ['none', null, 'navigate'],
    [null, null, null],
    // A link on another site that leads here.
    ['cross-site', null, 'navigate'],
    ['cross-site', listed, 'cors'],
  ])('is let in from Sec-Fetch-Site %s, Origin %s, Sec-Fetch-Mode %s', (...row) => {
    for (const method of methods) expect([method, judge(method, row)]).toEqual([method, false])
  })

  it.each<Row>([
    ['cross-site', foreignOrigin, 'cors'],
    ['cross-site', null, 'no-cors'],
    ['cross-site', null, null],
  ])('is refused when another site embeds it: Sec-Fetch-Site %s, Origin %s, Sec-Fetch-Mode %s', (...row) => {
    for (const method of methods) expect([method, judge(method, row)]).toEqual([method, true])
  })
})
