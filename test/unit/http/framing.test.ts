import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { framingProblem, headerCount } from '../../../src/http/conventions/framing.ts'
import { requestId } from '../../../src/http/conventions/request-id.ts'

function request(rawHeaders: string[], version = '1.1'): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.httpVersion = version
  message.rawHeaders = rawHeaders
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase()
    if (name !== undefined) message.headers[name] ??= rawHeaders[at + 1]
  }
  return message
}

describe('headerCount', () => {
  test('counts a header whatever its case, and no value that looks like it', () => {
    const message = request(['Host', 'a', 'hOST', 'b', 'x-host', 'host', 'abcd', 'host'])
    expect(headerCount(message, 'host')).toBe(2)
    expect(headerCount(message, 'authorization')).toBe(0)
  })
})

describe('framingProblem', () => {
  test.each([
    [['host', 'a'], '1.1', false],
    [['host', 'a', 'Expect', '100-Continue'], '1.1', false],
    [[], '1.0', false],
    [[], '1.1', true],
    [['host', 'a', 'HOST', 'a'], '1.0', true],
    [['host', 'a', 'expect', 'tea'], '1.1', true],
    [['host', 'a', 'transfer-encoding', 'Chunked'], '1.1', false],
    [['host', 'a', 'transfer-encoding', 'xchunked'], '1.1', true],
    [['host', 'a', 'transfer-encoding', 'gzip, chunked'], '1.1', true],
    [['host', 'a', 'transfer-encoding', 'chunked, chunked'], '1.1', true],
    [['host', 'a', 'transfer-encoding', 'identity'], '1.1', true],
    [['host', 'a', 'transfer-encoding', ''], '1.1', true],
  ])('%j in HTTP/%s: refused %s', (headers, version, refused) => {
    expect(framingProblem(request(headers, version)) !== undefined).toBe(refused)
  })
})

describe('requestId', () => {
  test('keeps a plain token and replaces the rest', () => {
    expect(requestId(request(['x-request-id', 'trace.1_2~3-4']))).toBe('trace.1_2~3-4')
    const fresh = /^[0-9a-f]{32}$/
    for (const given of ['', 'a b', 'a\n', 'x'.repeat(65), 'a,b']) {
      expect(requestId(request(['x-request-id', given]))).toMatch(fresh)
    }
    expect(requestId(request([]))).toMatch(fresh)
  })

  test('gives no two requests the same', () => {
    const given = Array.from({ length: 5_000 }, () => requestId(request([])))
    expect(new Set(given).size).toBe(given.length)
  })
})
