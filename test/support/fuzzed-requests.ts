import * as fc from 'fast-check'
import { methods, nobodysId, type Operation, type Schema, sample } from './operations.ts'

/** Who sends a request, and is not known yet when it is made. In it, `{session}` stands for the sender's session. */
export type Sender = Record<(typeof ofSender)[number], string>

const ofSender = [
  'session',
  'user',
  'email',
  'password',
  'access',
  'refresh',
  'revocation',
  'serviceKey',
] as const

export type FuzzedRequest = {
  operation: Operation
  method: string
  path: string
  headers: Record<string, string>
  body: string | Buffer | undefined
}

/** The request as that sender sends it. */
export function sentBy(sender: Sender, { path, headers, body, ...request }: FuzzedRequest): FuzzedRequest {
  const filled = (text: string, encoding = (own: string) => own) =>
    ofSender.reduce((done, name) => done.replaceAll(`{${name}}`, () => encoding(sender[name])), text)
  return {
    ...request,
    path: filled(path, encodeURIComponent),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value)])),
    body: typeof body === 'string' ? filled(body) : body,
  }
}

/** Requests to all operations, in which anything may be wrong; mostly it is not everything at once. */
export function fuzzedRequests(operations: readonly Operation[]): fc.Arbitrary<FuzzedRequest> {
  return fc.constantFrom(...operations).chain(operation =>
    fc
      .record({
        method: almost(fc.constant<string>(operation.method), fc.constantFrom(...methods)),
        path: pathOf(operation),
        content: contentOf(operation),
        headers: noisyHeaders,
        credential: credentialFor(operation),
      })
      .map(({ content: { type, body }, credential, headers, ...request }) => ({
        ...request,
        operation,
        body,
        headers: { 'content-type': type, ...headers, ...credential },
      })),
  )
}

/** Texts that are something to somebody. */
const notable = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    '\ud800',
    '%00',
    '../..',
    "'; --",
    '1e999',
    '-0',
    '0',
  ],
  ...['101', 'true', 'null', 'infinity', 'a@b.cd', nobodysId.toUpperCase(), ' ', '\r\n', '10.0.0.0/8', '::1'],
]
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(...notable),
  fc.constantFrom(...ofSender.map(name => `{${name}}`)),
)
const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }))
/** What HTTP allows in a field (RFC 9110 §5.5), in Latin-1 as Node sends it. */
const header = fc.string({
  unit: fc
    .integer({ min: 32, max: 255 })
    .filter(code => code !== 127)
    .map(code => String.fromCharCode(code)),
})

/** Well-formed, and mostly of a moment that never was. */
const cursor = fc
  .tuple(digits(4, 9_999), digits(2, 13), digits(2, 32), digits(2, 24), digits(2, 60), digits(2, 99))
  .map(([year, month, day, hour, minute, zone]) => `${year}-${month}-${day} ${hour}:${minute}:00+${zone}`)
  .map(moment => Buffer.from(`${moment}|${nobodysId}`).toString('base64url'))

function digits(length: number, max: number): fc.Arbitrary<string> {
  return fc.nat(max).map(number => String(number).padStart(length, '0'))
}

/** Mostly as it should be, so that the other parts of a request get their turn. */
function almost<T, U>(right: fc.Arbitrary<T>, other: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: other })
}

/** What fits a schema, and of the sender's where there is such a thing. */
function fitting(name: string, schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(branch => fitting(name, branch)))
  if (schema.type !== 'string') return fc.constant(sample(schema))
  if (name === 'refreshToken' || name === 'refresh_token') return fc.constant('{refresh}')
  if (name === 'token') return fc.constantFrom('{access}', '{refresh}')
  if (name === 'grant_type') return fc.constant('refresh_token')
  if (/password$/i.test(name)) return fc.constantFrom('{password}', 'another {password}')
  // Of a revocation: what it may be about depends on the strategy.
  if (name === 'value') return fc.constantFrom('{session}', '{user}', 'kiosk', '192.0.2.7', past)
  switch (schema.format) {
    case 'uuid':
      return fc.constantFrom('{user}', '{session}', nobodysId)
    case 'email':
      return fc.constantFrom('{email}', 'not-{email}')
    case 'date-time':
      return fc.constant(past)
    default:
      return fc.constantFrom(sample(schema), 'web', 'kiosk')
  }
}

const past = '2026-01-31T12:00:00Z'

type Content = { type: string; body: string | Buffer | undefined }

/** A body, mostly with the type that it is of. */
function contentOf({ fields, required, form }: Operation): fc.Arbitrary<Content> {
  const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array))
  const nothing = { weight: fields.length === 0 && form === null ? 12 : 1, arbitrary: fc.constant(undefined) }
  const typed = (right: string, body: fc.Arbitrary<Content['body']>) =>
    fc.record({
      type: almost(fc.constant(right), fc.oneof(header, fc.constantFrom('text/plain', ''))),
      body: fc.oneof({ weight: 12, arbitrary: body }, nothing, bytes),
    })
  const contents: fc.Arbitrary<Content>[] = []
  if (fields.length > 0) contents.push(typed('application/json', jsonOf(fields, required)))
  if (form !== null) contents.push(typed('application/x-www-form-urlencoded', formOf(form)))
  return contents.length > 0 ? fc.oneof(...contents) : typed('application/json', fc.constant(undefined))
}

function jsonOf(fields: Operation['fields'], requiredKeys: string[]): fc.Arbitrary<string> {
  const known = fields.map(([name, schema]) => [name, almost(fitting(name, schema), value)] as const)
  const object = fc
    .tuple(fc.record(Object.fromEntries(known), { requiredKeys }), stray(value))
    .map(([declared, unknown]) => JSON.stringify({ ...declared, ...unknown }))
  const damaged = fc
    .tuple(object, fc.nat(), fc.constantFrom('\u0000', '"', '\\', '{', ']', ',', '"a":1,"a":1'))
    .map(([json, at, bit]) => json.slice(0, at % json.length) + bit + json.slice(at % json.length))
  return fc.oneof({ weight: 6, arbitrary: object }, damaged)
}

function formOf({ fields, required }: NonNullable<Operation['form']>): fc.Arbitrary<string> {
  const known = fields.map(([name, schema]) => [name, almost(fitting(name, schema), text)] as const)
  // Not escaped, so that some are broken.
  const raw = fc.string({ unit: fc.constantFrom('%', '&', '=', '+', 'a', '0', 'é', '\u0000'), maxLength: 20 })
  return fc
    .tuple(
      fc.record(Object.fromEntries(known), { requiredKeys: required }),
      stray(text),
      almost(fc.constant(''), raw),
    )
    .map(([declared, unknown, rest]) => pairsOf({ ...declared, ...unknown }) + rest)
}

function pairsOf(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([name, part]) => `${encoded(name)}=${encoded(part)}`)
    .join('&')
}

/** Mostly no field, sometimes one that is not known. */
function stray(values: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const unknown = fc.dictionary(fc.string({ unit: 'binary', maxLength: 20 }), values, { maxKeys: 1 })
  return fc.oneof({ weight: 8, arbitrary: fc.constant({}) }, unknown)
}

function pathOf({ path, query }: Operation): fc.Arbitrary<string> {
  const known = query.map(({ name, schema }) => {
    const other = name === 'cursor' ? fc.oneof(cursor, text) : text
    return [name, almost(fitting(name, schema), other)] as const
  })
  const search = fc
    .tuple(fc.record(Object.fromEntries(known), { requiredKeys: [] }), stray(text))
    .map(([declared, unknown]) => pairsOf({ ...declared, ...unknown }))
  const id = almost(fc.constant(ownIdFor(path)), fc.oneof(fc.constant(nobodysId), text.map(encoded)))
  return fc
    .tuple(id, search)
    .map(([part, asked]) => `${path.replace('{id}', () => part)}${asked && `?${asked}`}`)
}

function ownIdFor(path: string): string {
  if (path.includes('/users/')) return '{user}'
  return path.includes('/revocations/') ? '{revocation}' : '{session}'
}

/** What is of the sender stays as it is, to be filled in. */
function encoded(part: unknown): string {
  const plain = String(part)
  return ofSender.some(name => plain === `{${name}}`) ? plain : encodeURIComponent(plain.toWellFormed())
}

const noisyHeaders = fc.record(
  {
    'user-agent': header,
    'x-request-id': header,
    'x-forwarded-for': header,
    'x-latchkey-service-key': header,
    accept: header,
    origin: header,
  },
  { requiredKeys: [] },
)

function credentialFor({ access }: Operation): fc.Arbitrary<Record<string, string>> {
  const token = access === 'other' ? '{serviceKey}' : '{access}'
  const bearer = { authorization: `Bearer ${token}` }
  const cookie = '__Host-latchkey_access={access}'
  const wrong = fc.oneof(
    fc.constant({}),
    header.map(noise => ({ authorization: `Bearer ${noise}` })),
    header.map(noise => ({ authorization: noise })),
    header.map(noise => ({ cookie: noise })),
    header.map(noise => ({ cookie, origin: noise })),
    text.map(noise => ({ authorization: `Bearer ${token}${noise.replaceAll(/[^!-~]/g, '.')}.` })),
    fc.constant({ ...bearer, 'x-latchkey-service-key': '{serviceKey}' }),
  )
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(bearer) },
    { weight: 2, arbitrary: fc.constant({ cookie, 'sec-fetch-site': 'same-origin' }) },
    { weight: 3, arbitrary: wrong },
  )
}
