import { describe, expect, test } from 'vitest'
import { loggedError } from '../../../src/error-log.ts'
import { Problem, type ProblemCode, problems } from '../../../src/errors.ts'
import { renderProblem } from '../../../src/http/conventions/problem/problem.ts'

const codes = Object.keys(problems).filter((code): code is ProblemCode => code in problems)

describe('renderProblem', () => {
  test.each(codes)('%s has its status, its type and the id of the request', code => {
    const { status, headers, body } = renderProblem(new Problem(code), 'id-1')
    expect(status).toBe(problems[code].status)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(body)).toEqual({
      type: `https://latchkey.dev/problems/${code}`,
      title: problems[code].title,
      status,
      code,
      requestId: 'id-1',
    })
    expect(headers['www-authenticate'] !== undefined).toBe(status === 401)
  })

  test('what belongs into headers does not stand in the body', () => {
    const extras = { retryAfterSeconds: 0, allow: ['GET', 'HEAD'] }
    const { headers, body } = renderProblem(new Problem('method_not_allowed', extras), 'id-1')
    expect(headers).toMatchObject({ 'retry-after': '0', allow: 'GET, HEAD' })
    expect(body).not.toMatch(/retryAfter|allow":/)
  })
})

describe('loggedError', () => {
  test('holds the kind, the stack and the causes of an error', () => {
    const error = new TypeError('outer', {
      cause: Object.assign(new Error('inner'), { code: 'ECONNREFUSED' }),
    })
    expect(loggedError(error)).toEqual({
      type: 'TypeError',
      message: 'outer',
      stack: error.stack,
      cause: { type: 'Error', message: 'inner', code: 'ECONNREFUSED', stack: expect.any(String) },
    })
  })

  test('holds none of the values of a failed statement', () => {
    const cause = Object.assign(new Error('duplicate key value violates unique constraint "users_email"'), {
      code: '23505',
      constraint: 'users_email',
      detail: 'Key (email)=(a@example.org) already exists.',
    })
    const failed = new Error('Failed query: insert into users values ($1)\nparams: a@example.org', { cause })
    const logged = loggedError(Object.assign(failed, { query: 'insert', params: ['a@example.org'] }))
    expect(JSON.stringify(logged)).not.toContain('example.org')
    expect(logged).toMatchObject({ stack: expect.stringContaining('at '), cause: { code: '23505' } })
  })

  test('ends where causes go in a circle', () => {
    const error = new Error('a')
    error.cause = error
    expect(JSON.stringify(loggedError(error)).match(/"message"/g)).toHaveLength(6)
  })

  test('does not write out what is no Error', () => {
    expect(JSON.stringify(loggedError('hunter2'))).not.toContain('hunter2')
  })
})
