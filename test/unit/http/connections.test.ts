import { describe, expect, it } from 'vitest'
import { addressesIn, connectionLimitsOf, openFilesLimit } from '../../../src/http/conventions/connections.ts'

describe('how many connections there may be', () => {
  it.each([
    [1_024, 768],
    [20_000, 10_000],
    [Number.POSITIVE_INFINITY, 10_000],
    [100, 64],
  ])('with %f file descriptors are %i in all, and a quarter of them from one address', (files, most) => {
    expect(connectionLimitsOf(files)).toEqual({ most, mostFromOneAddress: most / 4 })
  })

  it('is known of this process', () => {
    expect(openFilesLimit()).toBeGreaterThan(64)
  })
})

describe('a list of proxies', () => {
  it('has addresses and networks, and IPv4 as IPv6 writes it', () => {
    const isProxy = addressesIn(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1']) {
      expect(isProxy(address), address).toBe(true)
    }
    for (const address of ['11.1.2.3', '192.0.2.8', '2001:db9::1', 'unknown']) {
      expect(isProxy(address), address).toBe(false)
    }
    expect(addressesIn([])('127.0.0.1')).toBe(false)
  })
})
