import { describe, expect, it } from 'vitest'
import { Problem } from '../../../src/errors.ts'
import { parseForm } from '../../../src/http/conventions/body/form.ts'

const known = ['token', 'token_type_hint']

function faultsOf(text: string): unknown {
  try {
    return parseForm(text, known)
  } catch (error) {
    if (error instanceof Problem) return error.extras.errors
    throw error
  }
}

describe('a form', () => {
  it('is decoded, plus signs and all', () => {
    expect(parseForm('token=a%20b+c%C3%BC&token_type_hint=x', known)).toEqual({
      token: 'a b cü',
      token_type_hint: 'x',
    })
  })

  it('has its unknown parameters ignored, however often they come, also those that would reach a prototype', () => {
    const form = parseForm('token=a&resource=x&resource=y&__proto__=z&constructor=z&=z', known)
    expect(Object.entries(form)).toEqual([['token', 'a']])
    expect(Object.getPrototypeOf(form)).toBe(Object.prototype)
  })

  it('counts a parameter without a value as left out', () => {
    expect(parseForm('token=&token_type_hint', known)).toEqual({})
  })

  it('names no parameter twice, not even with the same value', () => {
    for (const text of ['token=a&token=a', 'token=a&token=', 'token&t%6Fken=a']) {
      expect(faultsOf(text), text).toEqual([{ path: '/token', message: 'must not be sent twice' }])
    }
  })

  it('holds no NUL', () => {
    expect(faultsOf('token=a%00')).toEqual([{ path: '/token', message: expect.stringContaining('NUL') }])
  })
})
