import { describe, expect, it } from 'vitest'
import {
  type RevocationStrategy,
  readRevocationTarget,
  revocationStrategies,
} from '../../../src/operator/revocation-target.ts'
import { policy } from '../../support/domain.ts'

const id = '0193a5f0-0000-7000-8000-000000000001'
const now = Date.parse('2026-01-31T12:00:00Z')
const policies = new Map([
  ['web', policy],
  ['kiosk', policy],
])

const read = (strategy: RevocationStrategy, value: string | null) =>
  readRevocationTarget(strategy, value, { policies, now })

describe('what an operator revokes by', () => {
  it.each([
    ['session', id, { sessionId: id }],
    ['user', id, { userId: id }],
    ['client_type', 'kiosk', { clientType: 'kiosk' }],
    ['ip', '192.0.2.7', { network: '192.0.2.7' }],
    ['ip', '192.0.2.0/24', { network: '192.0.2.0/24' }],
    ['ip', '2001:db8::/32', { network: '2001:db8::/32' }],
    ['ip', '::FFFF:192.0.2.7', { network: '192.0.2.7' }],
    ['issued_before', '2026-01-31T12:00:00Z', { before: now }],
    ['issued_before', '2026-01-31T13:00:00.000+01:00', { before: now }],
    ['all', null, {}],
  ] as const)('may be %s %s', (strategy, value, target) => {
    expect(read(strategy, value)).toEqual({ kind: 'target', target: { strategy, ...target } })
  })

  it.each([
    ['session', 'x', 'must be the UUID of a session'],
    ['user', `${id}0`, 'must be the UUID of a user'],
    ['client_type', 'Web', 'must be one of web, kiosk'],
    ['client_type', 'constructor', 'must be one of web, kiosk'],
    ['ip', '', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', '192.0.2.256', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', '192.0.2.0/-1', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', '192.0.2.0/24/24', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', '192.0.2.0/33', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', '2001:db8::/129', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', '::ffff:192.0.2.7/129', 'must be an address, or a network like 192.0.2.0/24'],
    ['ip', 'fe80::1%eth0', 'must be an address, or a network like 192.0.2.0/24'],
    ['issued_before', '2026-01-31', 'must be a time like 2026-01-31T12:00:00Z'],
    ['issued_before', '2026-02-31T25:00:00Z', 'must be a time like 2026-01-31T12:00:00Z'],
    ['issued_before', '1969-12-31T23:59:59Z', 'must be a time like 2026-01-31T12:00:00Z'],
    ['issued_before', '2026-01-31T12:00:00.001Z', 'must not lie in the future'],
    ['all', 'all', 'must be left out: everything is meant'],
  ] as const)('may not be %s %s', (strategy, value, message) => {
    expect(read(strategy, value)).toEqual({ kind: 'unfit', message })
  })

  it('needs a value, but for everything', () => {
    for (const strategy of revocationStrategies.filter(name => name !== 'all')) {
      expect(read(strategy, null)).toEqual({ kind: 'unfit', message: 'is required' })
    }
  })
})
