import { describe, expect, it } from 'vitest'
import { afterFailure, afterSuccess, type Breaker, closedBreaker } from '../../../src/store/redis/breaker.ts'

function breakerAfter(...outcomes: ('ok' | 'failed')[]): Breaker {
  return outcomes.reduce(
    (breaker, outcome) => (outcome === 'ok' ? afterSuccess(breaker) : afterFailure(breaker)),
    closedBreaker,
  )
}

describe('a breaker', () => {
  it('stays closed for a failure or two', () => {
    expect(breakerAfter().kind).toBe('closed')
    expect(breakerAfter('failed', 'failed').kind).toBe('closed')
  })

  it('opens after three failures in a row', () => {
    expect(breakerAfter('failed', 'failed', 'failed').kind).toBe('open')
  })

  it('counts failures in a row only', () => {
    expect(breakerAfter('failed', 'failed', 'ok', 'failed', 'failed').kind).toBe('closed')
    expect(breakerAfter('failed', 'failed', 'ok', 'failed', 'failed', 'failed').kind).toBe('open')
  })

  it('stays open when an answer comes late, or another failure', () => {
    expect(breakerAfter('failed', 'failed', 'failed', 'ok').kind).toBe('open')
    expect(breakerAfter('failed', 'failed', 'failed', 'failed').kind).toBe('open')
  })

  it('changes nothing in what it is given', () => {
    const breaker = breakerAfter('failed')
    afterFailure(breaker)
    afterSuccess(breaker)
    expect(breaker).toEqual({ kind: 'closed', failures: 1 })
  })
})
