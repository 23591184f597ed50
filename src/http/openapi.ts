import { STATUS_CODES } from 'node:http'
import swagger from '@fastify/swagger'
import type { FastifyInstance, onRequestHookHandler, RouteOptions } from 'fastify'
import { type ProblemCode, problems } from '../errors.ts'
import { publishApi } from './api-documents.ts'
import { tags } from './api-tags.ts'
import { ProblemSchema } from './conventions/problem/problem-schema.ts'
import { isRecord } from './conventions/record.ts'
import { withNamedSchemas } from './named-schemas.ts'
import { OAuthErrorSchema, oauthErrorOf } from './session/oauth/error.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The problems that are this route's own, for the API's description. */
    problems?: readonly ProblemCode[]
    /** The route answers failures as OAuth clients read them. */
    oauth?: true
  }
}

export type SecurityScheme =
  | { type: 'http'; scheme: 'bearer' | 'basic'; bearerFormat?: string; description?: string }
  | { type: 'apiKey'; in: 'cookie' | 'header'; name: string; description?: string }

export type OpenApiOptions = {
  /** The version of the service, for `info.version`. */
  version: string
  securitySchemes?: Record<string, SecurityScheme>
  /** Whether there are pages at `/docs`; there are, if nothing is said. */
  docs?: boolean
  /** Before a document is sent; it may refuse. */
  onDocument?: onRequestHookHandler
}

/**
 * Describes every route that is registered after this one by OpenAPI 3.1, at `GET /openapi.json` and readable at
 * `/docs`. The description is made from the routes' schemas; routes with `hide: true` in theirs stay out of it.
 */
export async function describeApi(app: FastifyInstance, options: OpenApiOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Latchkey',
        version: options.version,
        description: 'Signs users in, keeps them signed in, and ends a session for good once it is revoked.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'The service that serves this description.' }],
      tags: [...tags],
      components: {
        schemas: { Problem: ProblemSchema, OAuthError: OAuthErrorSchema },
        ...(options.securitySchemes ? { securitySchemes: options.securitySchemes } : {}),
      },
    },
    // Version 3.1 knows `const`.
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({ url, schema: withProblems(schema, route) }),
    transformObject: described =>
      'openapiObject' in described
        ? withNamedSchemas(corrected(described.openapiObject))
        : described.swaggerObject,
  })
  await publishApi(app, {
    docs: options.docs ?? true,
    onRequest: options.onDocument ?? ((_request, _reply, done) => done()),
    render: () => openApiDocument(app),
  })
}

/**
 * The description as a text, the same at every start and on every machine: it is committed and compared.
 *
 * @throws Error before `app.ready()`
 */
export function openApiDocument(app: FastifyInstance): string {
  return `${JSON.stringify(app.swagger(), null, 2)}\n`
}

function corrected<Described>(description: Described): Described {
  for (const path of recordsIn(isRecord(description) ? description['paths'] : {})) {
    for (const operation of recordsIn(path)) {
      correctBody(operation)
      describeResponses(operation)
    }
  }
  return description
}

/** The plugin calls every body required; one whose schema admits null may be left out. */
function correctBody({ requestBody }: Record<string, unknown>): void {
  if (isRecord(requestBody) && admitsNull(requestBody)) requestBody['required'] = false
}

/** The plugin calls every response that has no description a default. */
function describeResponses({ responses }: Record<string, unknown>): void {
  for (const [status, response] of Object.entries(isRecord(responses) ? responses : {})) {
    if (!isRecord(response) || response['description'] !== 'Default Response') continue
    response['description'] = STATUS_CODES[status]
  }
}

function recordsIn(value: unknown): Record<string, unknown>[] {
  return Object.values(isRecord(value) ? value : {}).filter(isRecord)
}

function admitsNull({ content }: Record<string, unknown>): boolean {
  const branches = Object.values(isRecord(content) ? content : {}).flatMap(media =>
    isRecord(media) && isRecord(media['schema']) ? media['schema']['anyOf'] : [],
  )
  return branches.some(branch => isRecord(branch) && branch['type'] === 'null')
}

type Response = { description: string; content: Record<string, unknown> }

function withProblems(
  schema: RouteOptions['schema'],
  route: RouteOptions,
): NonNullable<RouteOptions['schema']> {
  const declared = schema?.response
  const response = isRecord(declared) ? declared : { 200: { description: 'Done' } }
  const shape = route.config?.oauth ? oauthShape : problemShape
  // Every route refuses input that it does not declare.
  const codes = new Set<ProblemCode>(['validation_failed', ...(route.config?.problems ?? [])])
  const problemsByStatus = problemResponses([...codes], shape)
  const anyOther = problemResponse('Any other problem', shape)
  return {
    ...schema,
    // None, said aloud: a generator must not take a public call for one whose security was forgotten.
    security: schema?.security ?? [],
    response: { ...response, ...problemsByStatus, default: anyOther },
  }
}

/** How failures look on the wire. */
type Shape = { mediaType: string; schema: string; statusOf: (code: ProblemCode) => number }

const problemShape: Shape = {
  mediaType: 'application/problem+json',
  schema: 'Problem',
  statusOf: code => problems[code].status,
}
const oauthShape: Shape = {
  mediaType: 'application/json',
  schema: 'OAuthError',
  statusOf: code => oauthErrorOf(code).status,
}

function problemResponses(codes: readonly ProblemCode[], shape: Shape): Record<number, Response> {
  const statuses = [...new Set(codes.map(shape.statusOf))]
  const entries = statuses.map(status => {
    const sharing = codes.filter(code => shape.statusOf(code) === status)
    const description = sharing.map(code => `\`${code}\`: ${problems[code].title}`).join('; ')
    return [status, problemResponse(description, shape)] as const
  })
  return Object.fromEntries(entries)
}

function problemResponse(description: string, { mediaType, schema }: Shape): Response {
  return { description, content: { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } } } }
}
