import { describe, expect, it } from 'vitest'
import { loggedError } from '../../../src/error-log.ts'
import { Problem } from '../../../src/errors.ts'

describe('what the log has of a failure', () => {
  it('is the reason without a stack for an outage, and the stacks for anything else', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432')
    const outage = loggedError(new Problem('store_unavailable', {}, { cause }))
    expect(outage).toMatchObject({ code: 'store_unavailable', cause: { message: cause.message } })
    expect(JSON.stringify(outage)).not.toContain('stack')
    const fault = loggedError(new Problem('internal_error', {}, { cause }))
    expect([fault.stack, fault.cause?.stack]).toEqual([expect.any(String), expect.any(String)])
  })
})
