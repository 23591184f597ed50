import { describe, expect, it } from 'vitest'
import { checkFields, firstInvalid } from '../src/password/check.ts'
import { checkFields as checkSignUp } from '../src/sign-up/check.ts'
import { english } from './words.ts'

describe('the fields of a password change', () => {
  const right = { currentPassword: 'a', newPassword: 'x'.repeat(12), repeated: 'x'.repeat(12) }

  it('are right when the password is long enough and repeated', () => {
    expect(firstInvalid(checkFields(right, 12, english))).toBeNull()
  })

  it('count characters as the service does', () => {
    const newPassword = '🔑'.repeat(11)
    const errors = checkFields({ ...right, newPassword, repeated: newPassword }, 12, english)
    expect(errors).toEqual({
      currentPassword: null,
      newPassword: 'Use at least 12 characters.',
      repeated: null,
    })
  })

  it('name the first that is wrong', () => {
    expect(firstInvalid(checkFields({ ...right, repeated: 'y' }, 12, english))).toBe('repeated')
    const wrong = { currentPassword: '', newPassword: 'x', repeated: 'y' }
    expect(firstInvalid(checkFields(wrong, 12, english))).toBe('currentPassword')
  })
})

describe('the fields of a sign-up', () => {
  it.each([
    ['ada@example.test', 'x'.repeat(12), { email: null, password: null }],
    ['ada', 'x'.repeat(12), { email: 'Enter a valid email address.', password: null }],
    ['a@b', 'short', { email: null, password: 'Use at least 12 characters.' }],
  ])('%s with %s', (email, password, expected) => {
    expect(checkSignUp({ email, password }, 12, english)).toEqual(expected)
  })
})
