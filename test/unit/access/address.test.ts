import { describe, expect, it } from 'vitest'
import { normaliseAddress, normaliseNetwork } from '../../../src/access/address.ts'

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:5678', '192.0.2.7'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s has one spelling: %s', (written, address) => {
    expect(normaliseAddress(written)).toBe(address)
  })

  it.each(['', 'unknown', '010.1.1.1', '1.2.3', '1.2.3.4.5', '1.2.3.4:', '[]', '::g', "'; drop table"])(
    'is not in %j',
    text => {
      expect(normaliseAddress(text)).toBeNull()
    },
  )
})

describe('a network', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
  ])('%s is %s', (written, network) => {
    expect(normaliseNetwork(written)).toBe(network)
  })

  it.each([
    '192.0.2.0/33',
    '2001:db8::/129',
    '::ffff:10.0.0.0/95',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'fe80::1%eth0',
    '/8',
  ])('is not in %j', text => {
    expect(normaliseNetwork(text)).toBeNull()
  })
})
