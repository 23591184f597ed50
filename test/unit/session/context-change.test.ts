import { describe, expect, it } from 'vitest'
import { hasContextChanged } from '../../../src/session/device/context-change.ts'

const agents = {
  chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  newerChrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/151.0.0.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  chromeOnMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  script: 'python-requests/2.32.3',
}

const home = { ipAddress: '198.51.100.7', userAgent: agents.chrome }
const elsewhere = '203.0.113.9'

describe('the context of a session', () => {
  it.each([
    ['another browser', agents.firefox],
    ['another system', agents.chromeOnMac],
    ['a script', agents.script],
    ['no user agent', null],
  ])('has changed with another network and %s', (_name, userAgent) => {
    expect(hasContextChanged(home, { ipAddress: elsewhere, userAgent })).toBe(true)
    expect(hasContextChanged(home, { ipAddress: null, userAgent })).toBe(true)
  })

  it('has not with either alone', () => {
    expect(hasContextChanged(home, { ...home, ipAddress: elsewhere })).toBe(false)
    expect(hasContextChanged(home, { ...home, userAgent: agents.firefox })).toBe(false)
    expect(hasContextChanged(home, home)).toBe(false)
  })

  it('has not with a newer version of the browser, wherever that is', () => {
    expect(hasContextChanged(home, { ipAddress: elsewhere, userAgent: agents.newerChrome })).toBe(false)
  })

  it('has not when it is not known how it was', () => {
    const now = { ipAddress: elsewhere, userAgent: agents.firefox }
    expect(hasContextChanged({ ...home, ipAddress: null }, now)).toBe(false)
    expect(hasContextChanged({ ...home, userAgent: null }, now)).toBe(false)
  })

  it.each([
    ['198.51.100.7', '198.51.255.255', true],
    ['198.51.100.7', '198.52.100.7', false],
    ['10.0.0.1', '10.1.0.1', false],
    ['2001:db8:17:1::1', '2001:db8:17:ffff::2', true],
    ['2001:db8:17:1::1', '2001:0DB8:0017::', true],
    ['2001:db8:17:1::1', '2001:db8:18:1::1', false],
    ['2001:db8:17:1::1', '198.51.100.7', false],
    ['198.51.100.7', '2001:db8:17:1::1', false],
  ])('takes %s and %s for one network: %s', (ipAddress, other, isOne) => {
    const before = { ipAddress, userAgent: agents.chrome }
    expect(hasContextChanged(before, { ipAddress: other, userAgent: agents.firefox })).toBe(!isOne)
  })
})
