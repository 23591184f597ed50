import { describe, expect, it } from 'vitest'
import { methodBehind } from '../src/request/method.ts'

const page = {
  accept: 'text/html',
  cookie: 'a=b',
  'sec-fetch-site': 'same-site',
  'sec-fetch-mode': 'navigate',
}

describe('the method of a request of which only the headers are known', () => {
  it('is GET for a page, its payload, and a request without Fetch Metadata', () => {
    for (const headers of [page, { ...page, rsc: '1' }, {}]) {
      expect(methodBehind(new Headers(headers))).toBe('GET')
    }
  })

  it.each<Record<string, string>>([
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'next-action': '40f1' },
    // Without content, which is what fetch(url, { method: 'POST', mode: 'no-cors' }) sends.
    { origin: 'https://blog.example.com' },
    { origin: 'null' },
  ])('may be POST with %j', header => {
    expect(methodBehind(new Headers({ ...page, ...header }))).toBe('POST')
  })
})
