import { readFile } from 'node:fs/promises'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, test } from 'vitest'
import { describedApi, documentPath } from '../../../scripts/openapi.ts'
import { problems } from '../../../src/errors.ts'
import { signedInProblems } from '../../../src/http/access/authenticate.ts'
import { version } from '../../../src/version.ts'

type Operation = {
  summary?: string
  operationId?: string
  tags: string[]
  security?: Record<string, string[]>[]
  parameters?: { in: string; name: string; required?: boolean; schema?: unknown }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: unknown }> }
  responses: Record<string, { description?: string; content?: Record<string, unknown> }>
}

type Document = {
  openapi: string
  info: { title: string; version: string; description: string }
  tags: { name: string }[]
  components: { securitySchemes: Record<string, unknown> }
  paths: Record<string, Record<string, Operation>>
}

/**
 * The routes that are promised, and who may call them: `optional` works with a credential and without, `bearer` wants a
 * person who is signed in, `operator` one with a permission, `service` a service key.
 */
const promised: Record<string, 'public' | 'optional' | 'bearer' | 'operator' | 'service'> = {
  'POST /v1/auth/register': 'public',
  'POST /v1/auth/login': 'public',
  'POST /v1/auth/refresh': 'optional',
  'GET /v1/auth/session': 'bearer',
  'POST /v1/auth/logout': 'optional',
  'POST /v1/auth/password': 'bearer',
  'GET /v1/sessions': 'bearer',
  'DELETE /v1/sessions': 'bearer',
  'GET /v1/sessions/{id}': 'bearer',
  'PATCH /v1/sessions/{id}': 'bearer',
  'DELETE /v1/sessions/{id}': 'bearer',
  'GET /v1/events': 'bearer',
  'GET /v1/verify': 'bearer',
  'GET /.well-known/jwks.json': 'public',
  'GET /.well-known/oauth-authorization-server': 'public',
  'POST /v1/token': 'optional',
  'POST /v1/introspect': 'service',
  'POST /v1/revoke': 'service',
  'POST /v1/admin/sessions': 'service',
  'GET /v1/admin/stats': 'operator',
  'GET /v1/admin/stats/history': 'operator',
  'GET /v1/admin/status': 'operator',
  'GET /v1/admin/users': 'operator',
  'GET /v1/admin/users/{id}': 'operator',
  'GET /v1/admin/users/{id}/sessions': 'operator',
  'POST /v1/admin/users/{id}/unlock': 'operator',
  'POST /v1/admin/users': 'operator',
  'PATCH /v1/admin/users/{id}': 'operator',
  'DELETE /v1/admin/users/{id}': 'operator',
  'POST /v1/admin/revocations': 'operator',
  'GET /v1/admin/revocations/preview': 'operator',
  'GET /v1/admin/revocations/{id}': 'operator',
  'POST /v1/admin/cleanup': 'operator',
  'GET /v1/admin/events': 'operator',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
}

const text = await describedApi()
const document: Document = JSON.parse(text)
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    operation,
  })),
)

/** Those that answer failures in the shape of RFC 6749 §5.2, since that is what their callers read. */
const oauth = ['POST /v1/token', 'POST /v1/introspect', 'POST /v1/revoke']

function failureMediaType(name: string): string {
  return oauth.includes(name) ? 'application/json' : 'application/problem+json'
}

/** Every value of the document with its place, the document itself first. */
function* walk(value: unknown, place = '#'): Generator<{ place: string; node: Record<string, unknown> }> {
  if (!isRecord(value)) return
  yield { place, node: value }
  for (const [key, part] of Object.entries(value)) {
    yield* walk(part, `${place}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}

const places = new Map([...walk(document)].map(({ place, node }) => [place, node]))

/** Every JSON Schema in the document: what stands under `schema`, under `components`, and all inside of it. */
const schemas = [...places].filter(
  ([place]) =>
    /\/schema(\/|$)|^#\/components\/schemas\/./.test(place) && !/\/(properties|anyOf|required)$/.test(place),
)

function accessOf({ security }: Operation): (typeof promised)[string] {
  if (security === undefined || security.length === 0) return 'public'
  if (security.some(requirement => Object.keys(requirement).length === 0)) return 'optional'
  if (security.every(requirement => 'serviceKey' in requirement || 'serviceKeyBasic' in requirement)) {
    return 'service'
  }
  // OpenAPI 3.1 lets a requirement name what the caller must be allowed to do.
  return security.every(requirement => Object.values(requirement).flat().length > 0) ? 'operator' : 'bearer'
}

describe('the committed docs/openapi.json', () => {
  test('is what the code says (if it is not, run: npm run openapi)', async () => {
    expect(await readFile(documentPath, 'utf8')).toBe(text)
  })

  test('does not depend on who made it', async () => {
    expect(await describedApi()).toBe(text)
  })
})

describe('the description of the API', () => {
  test('has exactly the promised routes, each open to whom it should be', () => {
    const described = operations.map(({ name, operation }) => [name, accessOf(operation)])
    expect(Object.fromEntries(described)).toEqual(promised)
  })

  test('is OpenAPI 3.1 of this version', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toEqual({
      title: 'Latchkey',
      version,
      description: expect.stringMatching(/.{20}/),
      license: { name: 'MIT', identifier: 'MIT' },
    })
    for (const path of Object.keys(document.paths)) expect(path).toMatch(/^\/[^?#\s]*$/)
  })

  test('refers to nothing that is not there', () => {
    const references = [...places.values()].flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []))
    expect(references.length).toBeGreaterThan(0)
    expect(references.filter(reference => !places.has(reference))).toEqual([])
  })

  test('names the security of every protected operation by a scheme that it defines, and its 401', () => {
    const defined = Object.keys(document.components.securitySchemes)
    for (const { name, operation } of operations) {
      const used = (operation.security ?? []).flatMap(requirement => Object.keys(requirement))
      expect(defined, name).toEqual(expect.arrayContaining(used))
      if (used.length > 0) expect(Object.keys(operation.responses), name).toContain('401')
    }
  })

  test('names every way in which a caller who is signed in, or should be, may be refused', () => {
    const refusals = {
      401: signedInProblems.filter(code => problems[code].status === 401),
      503: signedInProblems.filter(code => problems[code].status === 503),
    }
    expect([refusals[401].length, refusals[503].length]).toEqual([5, 2])
    for (const { name, operation } of operations) {
      const access = accessOf(operation)
      if (access !== 'bearer' && access !== 'operator') continue
      const expected = access === 'operator' ? { ...refusals, 403: ['permission_denied'] } : refusals
      for (const [status, codes] of Object.entries(expected)) {
        const described = operation.responses[status]?.description?.match(/`\w+`/g) ?? []
        expect(described, `${name} ${status}`).toEqual(
          expect.arrayContaining(codes.map(code => `\`${code}\``)),
        )
      }
    }
  })

  test('says in a line what every operation does', () => {
    for (const { name, operation } of operations) expect(operation.summary, name).toMatch(/^\S.{5,79}$/)
  })

  test('says of every operation whether it needs security, also where it needs none', () => {
    for (const { name, operation } of operations) expect(operation.security, name).toBeDefined()
  })

  test('puts every operation into one of the groups that it introduces', () => {
    const introduced = document.tags.map(tag => tag.name)
    expect(introduced[0]).toBe('Sign-in')
    for (const { name, operation } of operations) {
      expect(operation.tags, name).toHaveLength(1)
      expect(introduced, name).toEqual(expect.arrayContaining(operation.tags))
    }
  })

  test('satisfies the rules that Redocly recommends', async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const found = await lintFromString({ source: text, absoluteRef: documentPath, config })
    expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
  })

  test('describes every response, with a success and with problem+json, or what OAuth wants, for all else', () => {
    for (const { name, operation } of operations) {
      const statuses = Object.keys(operation.responses)
      expect(statuses.some(status => /^2\d\d$/.test(status)) && statuses.includes('default'), name).toBe(true)
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(description, `${name} ${status}`).toMatch(/./)
        if (status === '204') expect(content, name).toBeUndefined()
        const problem = /^(4\d\d|default)$/.test(status)
        if (problem) expect(Object.keys(content ?? {}), name).toEqual([failureMediaType(name)])
      }
    }
  })

  test('names the 400 of every operation that takes input', () => {
    const takingInput = operations.filter(
      ({ operation }) => operation.parameters !== undefined || operation.requestBody !== undefined,
    )
    expect(takingInput.length).toBeGreaterThan(5)
    const silent = takingInput.filter(({ operation }) => operation.responses['400'] === undefined)
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  test('declares each parameter of a path, and none twice', () => {
    for (const { name, path, operation } of operations) {
      const parameters = operation.parameters ?? []
      const declared = parameters.filter(parameter => parameter.in === 'path')
      expect(declared.map(parameter => `{${parameter.name}}`).sort(), name).toEqual(
        (path.match(/\{[^}]+\}/g) ?? []).sort(),
      )
      expect(declared.every(parameter => parameter.required === true)).toBe(true)
      expect(
        parameters.every(parameter => ['path', 'query', 'header', 'cookie'].includes(parameter.in)),
      ).toBe(true)
      const keys = parameters.map(parameter => `${parameter.in} ${parameter.name}`)
      expect(keys, name).toEqual([...new Set(keys)])
    }
  })

  test('says that a body is needed only where it is', () => {
    const needed = operations.flatMap(({ name, operation }) =>
      operation.requestBody === undefined ? [] : [[name, operation.requestBody.required ?? false] as const],
    )
    expect(Object.fromEntries(needed)).toEqual({
      'POST /v1/admin/users': true,
      'PATCH /v1/admin/users/{id}': true,
      'POST /v1/auth/register': true,
      'POST /v1/auth/login': true,
      'POST /v1/auth/refresh': false,
      'POST /v1/auth/logout': false,
      'POST /v1/auth/password': true,
      'POST /v1/token': true,
      'POST /v1/introspect': true,
      'POST /v1/revoke': true,
      'POST /v1/admin/sessions': true,
      'POST /v1/admin/revocations': true,
      'PATCH /v1/sessions/{id}': true,
    })
  })

  test('has only schemas that a JSON Schema reader of 2020-12 takes', () => {
    expect(schemas.length).toBeGreaterThan(50)
    const types = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']
    for (const [place, node] of schemas) {
      // Version 3.1 has no `nullable`; readers ignore it, and then refuse a null that is sent.
      expect(Object.keys(node), place).not.toContain('nullable')
      if ('type' in node && typeof node['type'] !== 'object') expect(types, place).toContain(node['type'])
      if (typeof node['pattern'] === 'string') expect(new RegExp(node['pattern'], 'u')).toBeDefined()
      const { required, properties } = node
      if (Array.isArray(required) && isRecord(properties)) {
        expect(Object.keys(properties), place).toEqual(expect.arrayContaining(required))
      }
    }
  })

  test('closes every object in a request to unknown fields, and in no response', () => {
    for (const [place, node] of schemas) {
      if (node['type'] !== 'object' || !isRecord(node['properties'])) continue
      expect(node['additionalProperties'], place).toBe(isOfRequest(place) ? false : undefined)
    }
  })
})

/** Whether a schema is that of a request's body, or a part of it. */
function isOfRequest(place: string): boolean {
  const referred = [...places].flatMap(([from, { $ref }]) =>
    from.includes('/requestBody/') && typeof $ref === 'string' ? [$ref] : [],
  )
  return place.includes('/requestBody/') || referred.some(named => `${place}/`.startsWith(`${named}/`))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
