import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceFacts } from '../../../src/session/device/device.ts'

describe('deviceFacts', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      { type: 'desktop', os: 'Windows', browser: 'Chrome' },
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      { type: 'mobile', os: 'iOS', browser: 'Safari' },
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
      { type: 'tablet', os: 'iOS', browser: 'Safari' },
    ],
    ['curl/8.5.0', { type: 'unknown', os: null }],
    [null, { type: 'unknown', os: null, browser: null }],
  ])('reads %j', (userAgent, facts) => {
    expect(deviceFacts(userAgent)).toMatchObject(facts)
  })

  it('takes any text without failing, and gives back short names', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 10_000 }), userAgent => {
        const { os, browser } = deviceFacts(userAgent)
        expect((os ?? '').length).toBeLessThanOrEqual(64)
        expect((browser ?? '').length).toBeLessThanOrEqual(64)
      }),
    )
  })
})
