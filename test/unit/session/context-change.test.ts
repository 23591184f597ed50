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
  chromeOnAndroid:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  chromeOnLinux:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  safariOnIphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1',
  safariOnMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
  webView:
    'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36',
  iosWebView:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  script: 'python-requests/2.32.3',
}

const home = { ipAddress: '198.51.100.7', userAgent: agents.chrome }
const elsewhere = '203.0.113.9'

describe('the context of a session', () => {
  it.each([
    ['another browser', agents.firefox],
    ['another system', agents.chromeOnMac],
    ['a script', agents.script],
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

  it.each([
    [
      'a new build of an app',
      'MyShop/412 CFNetwork/1568.300.101 Darwin/24.2.0',
      'MyShop/413 CFNetwork/1568.400.110 Darwin/24.3.0',
    ],
    ['an app whose HTTP library changed', 'MyShop/412 okhttp/4.12.0', 'MyShop/413 okhttp/5.1.0'],
    ['the HTTP library of the app whose web view signed in', agents.webView, 'okhttp/4.12.0'],
    [
      'the app whose web view signed in',
      agents.iosWebView,
      'MyShop/412 CFNetwork/1568.300.101 Darwin/24.2.0',
    ],
    ['the app whose sign-in opened the browser', agents.chromeOnAndroid, 'MyShop/412 (Android 14)'],
    ['a library that names no system', agents.chrome, 'Dart/3.6 (dart:io)'],
    ['no user agent', agents.chrome, null],
    ['a user agent that says nothing', agents.chrome, 'Mozilla/5.0'],
    ['the desktop site of Chrome on Android', agents.chromeOnAndroid, agents.chromeOnLinux],
    ['the mobile site of Chrome on Android', agents.chromeOnLinux, agents.chromeOnAndroid],
    ['the desktop site of Safari on an iPhone', agents.safariOnIphone, agents.safariOnMac],
  ])('has not with another network and %s', (_name, userAgent, later) => {
    const before = { ...home, userAgent }
    expect(hasContextChanged(before, { ipAddress: elsewhere, userAgent: later })).toBe(false)
  })

  it('has changed with another network and another app, or the same app on another system', () => {
    const before = { ...home, userAgent: 'MyShop/412 CFNetwork/1568.300.101 Darwin/24.2.0' }
    for (const userAgent of ['Other/1 CFNetwork/1568.300.101 Darwin/24.2.0', 'MyShop/412 okhttp/4.12.0']) {
      expect(hasContextChanged(before, { ipAddress: elsewhere, userAgent })).toBe(true)
    }
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
