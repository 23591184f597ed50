import { createHash, randomBytes } from 'node:crypto'
import { idOf, type Row, replaceToken, selectSession } from './rows.ts'

/** The route that every floor of refresh serves. */
export const refreshSchema = {
  body: {
    type: 'object',
    properties: { refreshToken: { type: 'string', minLength: 1, maxLength: 512 } },
    required: ['refreshToken'],
    additionalProperties: false,
  },
  response: {
    200: {
      type: 'object',
      properties: { refreshToken: { type: 'string' }, accessToken: { type: 'string' } },
      required: ['refreshToken'],
    },
  },
} as const

/** A new token in place of the current one; null for any other. */
export async function rotate(token: string): Promise<{ row: Row; refreshToken: string } | null> {
  const row = await selectSession(token)
  if (row === null || !sha256(token).equals(row.token_hash)) return null
  const refreshToken = `${idOf(token)}.${randomBytes(32).toString('base64url')}`
  const replaced = await replaceToken(token, row, sha256(refreshToken))
  return replaced ? { row, refreshToken } : null
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
