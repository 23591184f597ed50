import { randomBytes, randomUUID } from 'node:crypto'
import type { Message } from '../load/job.ts'

/** Requests of one kind, by a caller that has no valid credential. */
export type Flood = { name: string; messages: readonly Message[] }

/** Real material to make them from. */
export type Material = {
  /** Of a live session. */
  accessToken: string
  /** Of sessions that have ended. */
  ended: readonly { accessToken: string; refreshToken: string }[]
}

const variants = 1_000
const json = { 'content-type': 'application/json' }

/** What the others are held against: a route that does nothing. */
export const floor: Flood = { name: 'GET /health/live', messages: [get('/health/live')] }

export function floodsOf({ accessToken, ended }: Material): Flood[] {
  return [
    { name: 'GET /openapi.json', messages: [get('/openapi.json')] },
    {
      name: 'GET /docs and its files',
      messages: ['/docs', '/docs/static/swagger-ui.css'].map(path => get(path)),
    },
    { name: 'verify: garbage', messages: many(() => verify(garbage(accessToken))) },
    { name: 'verify: forged tokens', messages: many(() => verify(forged(accessToken))) },
    { name: 'verify: unknown service keys', messages: many(() => verify(accessToken, unknownKey())) },
    { name: 'introspect: unknown service keys', messages: many(introspect) },
    { name: 'GET /v1/sessions without a credential', messages: [get('/v1/sessions')] },
    {
      name: 'refresh: garbage',
      messages: many(() => post('/v1/auth/refresh', randomBytes(64).toString('hex'))),
    },
    {
      name: 'refresh: ended sessions',
      messages: ended.map(({ refreshToken }) => post('/v1/auth/refresh', refreshToken)),
    },
    {
      name: 'sign-out: ended sessions, refresh token',
      messages: ended.map(({ refreshToken }) => post('/v1/auth/logout', refreshToken)),
    },
    {
      name: 'sign-out: ended sessions, access token',
      messages: ended.map(session => signOut(session.accessToken)),
    },
  ]
}

function many(make: () => Message): Message[] {
  return Array.from({ length: variants }, make)
}

function get(path: string, headers: Record<string, string> = {}): Message {
  return { method: 'GET', path, headers }
}

export function verify(token: string, key?: string): Message {
  const authorization = `Bearer ${token}`
  return get('/v1/verify', { authorization, ...(key === undefined ? {} : { 'x-latchkey-service-key': key }) })
}

function post(path: string, refreshToken: string): Message {
  return { method: 'POST', path, headers: json, body: JSON.stringify({ refreshToken }) }
}

function signOut(token: string): Message {
  return { method: 'POST', path: '/v1/auth/logout', headers: { authorization: `Bearer ${token}` } }
}

function introspect(): Message {
  const headers = {
    authorization: `Bearer ${unknownKey()}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  return { method: 'POST', path: '/v1/introspect', headers, body: 'token=x' }
}

function unknownKey(): string {
  return `lks_${randomBytes(32).toString('base64url')}`
}

/** In the form of a token, of no key of ours. */
function garbage(token: string): string {
  return randomBytes(token.length)
    .toString('base64url')
    .slice(0, token.length)
    .replace(/^(.{90})./, '$1.')
}

/** The header is public, since every token and the key set show it; the session is invented. */
function forged(token: string): string {
  const [header = '', payload = ''] = token.split('.')
  const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const invented = Buffer.from(JSON.stringify({ ...claims, sid: randomUUID() })).toString('base64url')
  return `${header}.${invented}.${randomBytes(64).toString('base64url')}`
}
