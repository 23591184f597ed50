import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceFacts } from '../../../src/session/device/device.ts'

/** `type | system | program`, by user agent. */
const expected = readFileSync(join(import.meta.dirname, 'user-agents.txt'), 'utf8')
  .split('\n\n')
  .slice(1)
  .map(block => {
    const [comment = '', facts = '', agent = ''] = block.trim().split('\n')
    const [type, os, browser] = facts.split(' | ').map(fact => (fact === '-' ? null : fact))
    return { name: comment.slice(2), agent, facts: { type, os, browser } }
  })

const chromeOnWindows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const chromeOnLinux =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const hints = {
  brands: '"Brave";v="140", "Not;A=Brand";v="24", "Chromium";v="140"',
  mobile: '?0',
  platform: '"Windows"',
}

describe('a device', () => {
  it.each(expected)('is read from the user agent of $name', ({ agent, facts }) => {
    expect(deviceFacts(agent)).toEqual(facts)
  })

  it('is unknown without a user agent', () => {
    expect(deviceFacts(null)).toEqual({ type: 'unknown', os: null, browser: null })
    expect(deviceFacts('')).toEqual({ type: 'unknown', os: null, browser: null })
  })

  it.each([
    ['MyShop/412 CFNetwork/1568.300.101 Darwin/24.2.0', 'mobile', 'iOS', 'MyShop'],
    ['My%20Shop/413 CFNetwork/1568.300.101 Darwin/24.2.0', 'mobile', 'iOS', 'My Shop'],
    ['100%/1 CFNetwork/1568.300.101 Darwin/24.2.0', 'mobile', 'iOS', '100%'],
    ['MyShop/412 CFNetwork/1240.0.4 Darwin/20.6.0 (x86_64)', 'desktop', 'macOS', 'MyShop'],
    ['MyShop 4.2 rv:412 (iPad; iPadOS 18.3; en_US)', 'tablet', 'iOS', 'MyShop'],
    ['MyShop/412 okhttp/4.12.0', 'mobile', 'Android', 'MyShop'],
    ['MyShop/4.2 (Windows NT 10.0)', 'desktop', 'Windows', 'MyShop'],
    ['My%00Shop/412', 'unknown', null, null],
    ['%E2%80%AEpohSyM/412', 'unknown', null, null],
  ])('is read from an app that names itself %s', (agent, type, os, browser) => {
    expect(deviceFacts(agent)).toEqual({ type, os, browser })
  })

  it('is called by the brand that Client Hints name where the user agent is that of Chrome', () => {
    expect(deviceFacts(chromeOnWindows, hints)).toEqual({ type: 'desktop', os: 'Windows', browser: 'Brave' })
    const gx = '"Opera GX";v="117", "Not A(Brand";v="8", "Chromium";v="132"'
    expect(deviceFacts(chromeOnWindows, { ...hints, brands: gx }).browser).toBe('Opera GX')
  })

  it('is on the system that Client Hints name where the user agent says none, or Linux', () => {
    const onAndroid = { ...hints, brands: null, platform: '"Android"' }
    expect(deviceFacts(chromeOnLinux, { ...onAndroid, mobile: '?1' })).toEqual({
      type: 'mobile',
      os: 'Android',
      browser: 'Chrome',
    })
    expect(deviceFacts(chromeOnLinux, onAndroid)).toMatchObject({ type: 'tablet', os: 'Android' })
    expect(deviceFacts(chromeOnWindows, onAndroid)).toMatchObject({ type: 'desktop', os: 'Windows' })
  })

  it.each([
    '"<script>";v="1"',
    '"Google Chrome";v="140", "Chromium";v="140", "Not=A?Brand";v="24"',
    'Brave',
    '"Bra\\"ve"',
    '""',
    '',
  ])('keeps its name when Client Hints say %s', brands => {
    expect(deviceFacts(chromeOnWindows, { brands, mobile: 'x', platform: '"CP/M"' })).toEqual(
      deviceFacts(chromeOnWindows),
    )
  })

  it('is not renamed by Client Hints where the user agent names an app', () => {
    expect(deviceFacts('MyShop/412 okhttp/4.12.0', hints).browser).toBe('MyShop')
  })

  it('takes any text without failing, and has short names', () => {
    const prefix = fc.constantFrom('', 'Mozilla/5.0 (', 'MyShop/')
    fc.assert(
      fc.property(prefix, fc.string({ maxLength: 10_000 }), fc.string(), (begin, rest, hint) => {
        const { os, browser } = deviceFacts(begin + rest, { brands: hint, mobile: hint, platform: hint })
        expect((os ?? '').length).toBeLessThanOrEqual(64)
        expect((browser ?? '').length).toBeLessThanOrEqual(64)
      }),
    )
  })
})
