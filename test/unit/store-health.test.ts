import { expect, test } from 'vitest'
import { createLogger, createStoreHealth } from '../../src/observability.ts'

test('logs each change once, and a remedy as soon as there is one', () => {
  const lines: string[] = []
  const logger = createLogger('info', { write: line => lines.push(line) })
  const changes: string[] = []
  const remedyOf = (error: unknown) => (String(error).includes('certificate') ? 'name the authority' : null)
  const health = createStoreHealth('postgres', logger, state => changes.push(state), remedyOf)
  health.reached()
  health.missed(new Error('timeout'))
  health.missed(new Error('timeout'))
  health.missed(new Error('certificate'))
  health.missed(new Error('certificate'))
  health.reached()
  health.missed(new Error('certificate'))
  expect(changes).toEqual(['up', 'down', 'up', 'down'])
  const told = lines.map(line => JSON.parse(line)).map(({ msg, reason, remedy }) => [msg, reason, remedy])
  expect(told).toEqual([
    ['postgres is down', 'timeout', undefined],
    ['postgres is down', 'certificate', 'name the authority'],
    ['postgres is up', undefined, undefined],
    ['postgres is down', 'certificate', 'name the authority'],
  ])
})
