import type { Message } from './job.ts'

/** HTTP/1.1, just enough of it to ask servers that we know: no chunks, no interim answers, one request at a time. */

export function encode(message: Message, host: string): string {
  const { method, path, headers, body = '' } = message
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (method !== 'GET') lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export type Answer = { status: number; body: string }

/** Collects what arrives on one connection, until an answer is whole. */
export function createAnswerReader() {
  let pending = ''

  return {
    /** Null: there is more to come. Throws when the answer is not in the form that is understood here. */
    push(chunk: Buffer): Answer | null {
      pending += chunk.toString('latin1')
      const headEnd = pending.indexOf('\r\n\r\n')
      if (headEnd < 0) return null
      const status = Number(pending.slice(9, 12))
      const bodyLength = lengthOf(pending.slice(0, headEnd), status)
      const end = headEnd + 4 + bodyLength
      if (pending.length < end) return null
      const body = pending.slice(headEnd + 4, end)
      pending = pending.slice(end)
      return { status, body }
    },
  }
}

function lengthOf(head: string, status: number): number {
  if (status === 204 || status === 304) return 0
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? []
  if (length === undefined) throw new Error(`an answer without Content-Length:\n${head}`)
  return Number(length)
}
