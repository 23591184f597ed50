import { describe, expect, test } from 'vitest'
import { withNamedSchemas } from '../../../src/http/named-schemas.ts'

const user = { title: 'User', type: 'object', properties: { id: { type: 'string' } } }
const { title: _, ...untitled } = user
const reference = { $ref: '#/components/schemas/User' }

describe('a schema with a title', () => {
  test('is described once, under its title, and referred to from everywhere else', () => {
    const page = { title: 'UserPage', type: 'array', items: user }
    const before = { paths: { '/one': { schema: user }, '/all': { schema: page } } }
    expect(withNamedSchemas(before)).toEqual({
      components: { schemas: { User: untitled, UserPage: { type: 'array', items: reference } } },
      paths: { '/one': { schema: reference }, '/all': { schema: { $ref: '#/components/schemas/UserPage' } } },
    })
    expect(before.paths['/one'].schema).toBe(user)
  })

  test('may not share it with another one', () => {
    const paths = { '/one': user, '/other': { ...user, type: 'string' } }
    expect(() => withNamedSchemas({ paths })).toThrow('two schemas that differ are called User')
  })
})
