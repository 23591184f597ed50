/** What the description of the API says of a value. */
export type Schema = {
  $ref?: string
  type?: string
  format?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  minLength?: number
  minimum?: number
}

type Described = {
  security?: Record<string, string[]>[]
  parameters?: { in: string; name: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: { default: { content: Record<string, unknown> } }
}

export type Document = {
  components?: { schemas?: Record<string, Schema> }
  paths: Record<string, Record<string, Described>>
}

export const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'] as const

export type Operation = {
  method: (typeof methods)[number]
  path: string
  /** `optional`: with a bearer token and without; `other`: by a credential that is no session's. */
  access: 'public' | 'optional' | 'bearer' | 'other'
  query: { name: string; schema: Schema }[]
  mediaTypes: string[]
  /** Of a JSON body's fields. */
  fields: [name: string, schema: Schema][]
  required: string[]
  mayOmitBody: boolean
  /** Of a body that is a form. */
  form: { fields: [name: string, schema: Schema][]; required: string[] } | null
  /** Failures are answered as OAuth clients read them. */
  oauth: boolean
}

/** Every operation of every path, as an OpenAPI document describes them. */
export function operationsIn({ components, paths }: Document): Operation[] {
  const named = components?.schemas ?? {}
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => operationOf(method, path, described, named)),
  )
}

function operationOf(
  name: string,
  path: string,
  described: Described,
  named: Record<string, Schema>,
): Operation {
  const method = methods.find(known => known === name.toUpperCase())
  if (method === undefined) throw new Error(`${name} ${path} has a method that the tests do not know`)
  const { security = [], parameters = [], requestBody } = described
  const body = requestBody?.content['application/json']?.schema
  const form = resolved(requestBody?.content['application/x-www-form-urlencoded']?.schema, named)
  const object = [body ?? {}, ...(body?.anyOf ?? [])]
    .map(schema => resolved(schema, named))
    .find(schema => schema?.properties !== undefined)
  return {
    method,
    path,
    access: accessOf(security.map(requirement => Object.keys(requirement).join())),
    query: parameters.filter(parameter => parameter.in === 'query'),
    mediaTypes: Object.keys(requestBody?.content ?? {}),
    fields: Object.entries(object?.properties ?? {}),
    required: object?.required ?? [],
    mayOmitBody: body?.anyOf?.some(schema => schema.type === 'null') ?? false,
    form: form ? { fields: Object.entries(form.properties ?? {}), required: form.required ?? [] } : null,
    oauth: 'application/json' in described.responses.default.content,
  }
}

function resolved(schema: Schema | undefined, named: Record<string, Schema>): Schema | undefined {
  return schema?.$ref === undefined ? schema : named[schema.$ref.split('/').at(-1) ?? '']
}

function accessOf(schemes: string[]): Operation['access'] {
  if (schemes.length === 0) return 'public'
  // A credential of another kind may come along.
  if (schemes.includes('')) return schemes.includes('bearer') ? 'optional' : 'public'
  return schemes.includes('bearer') ? 'bearer' : 'other'
}

/** An id that nothing has. */
export const nobodysId = '0198c0de-0000-7000-8000-000000000000'

const texts: Record<string, string> = { email: 'nobody@example.test', uuid: nobodysId }

/** A value that fits a schema. */
export function sample(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf?.[0] !== undefined) return sample(schema.anyOf[0])
  switch (schema.type) {
    case 'string':
      return texts[schema.format ?? ''] ?? 'x'.repeat(Math.max(1, schema.minLength ?? 0))
    case 'integer':
    case 'number':
      return schema.minimum ?? 1
    case 'boolean':
      return true
    case 'array':
      return []
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, part]) => [key, sample(part)]),
      )
  }
}
