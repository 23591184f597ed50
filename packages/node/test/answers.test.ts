import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { latchkey } from '../src/express.ts'
import { withNodeSession } from '../src/http.ts'
import { createVerifier } from '../src/index.ts'

/** The discard port. A request without a token is refused without asking. */
const verifier = createVerifier({ url: 'http://127.0.0.1:9' })

/** A response that a timeout of the service has begun while the verifier was still waiting. */
function answeredAlready() {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  response.writeHead(504).end()
  return { request, response }
}

describe('a request that the service has answered in the meantime', () => {
  const calls: string[] = []

  it('is not answered again by node:http', async () => {
    const { request, response } = answeredAlready()
    await withNodeSession(verifier, () => void calls.push('handler'))(request, response)
    expect([response.statusCode, calls]).toEqual([504, []])
  })

  it('is not answered again by Express, and causes no unhandled rejection', async () => {
    const { request, response } = answeredAlready()
    const rejections: unknown[] = []
    const hear = (reason: unknown) => void rejections.push(reason)
    process.on('unhandledRejection', hear)
    latchkey(verifier).requireSession()(request, response, () => void calls.push('next'))
    // Node.js reports rejections between two turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await setImmediate()
    process.off('unhandledRejection', hear)
    expect([response.statusCode, rejections, calls]).toEqual([504, [], []])
  })
})
