import { describe, expect, it } from 'vitest'
import { createPermissionsText } from '../../../src/access/permissions.ts'

const table = new Map([
  ['clerk', new Set(['orders:read', 'reports'])],
  ['manager', new Set(['orders:write', 'orders:read'])],
  ['odd', new Set(['a,b', 'c d', '100%', 'prüfen', '\ud800', 'line\nbreak'])],
  ['many', new Set(Array.from({ length: 500 }, (_, at) => `permission-number-${at}`))],
])

describe('the permissions in a header', () => {
  const text = createPermissionsText(table)

  it('are those of all roles, sorted, each once, as they are written', () => {
    expect(text(['clerk', 'manager'])).toBe('orders:read,orders:write,reports')
    expect(text(['manager', 'clerk'])).toBe('orders:read,orders:write,reports')
  })

  it('are an empty text for users without any', () => {
    expect(text([])).toBe('')
    expect(text(['unheard-of'])).toBe('')
  })

  it('can be told apart and decoded whatever they are called', () => {
    const names = text(['odd'])?.split(',') ?? []
    expect(names.join()).toMatch(/^[\x21-\x7e]+$/)
    expect(names.map(decodeURIComponent).sort()).toEqual(
      ['a,b', 'c d', '100%', 'prüfen', '\ufffd', 'line\nbreak'].sort(),
    )
  })

  it('are left out when they are more than a client reads of headers', () => {
    expect(text(['many', 'clerk'])).toBeNull()
  })

  it('are made once for each list of roles', () => {
    let reads = 0
    const counting = new Map(table)
    counting.get = name => {
      reads++
      return table.get(name)
    }
    const counted = createPermissionsText(counting)
    for (let time = 0; time < 3; time++) counted(['clerk'])
    expect(reads).toBe(1)
    counted(['clerk', 'manager'])
    expect(reads).toBe(3)
  })
})
