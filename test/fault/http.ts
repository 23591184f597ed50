/** An answer, or the lack of one, and when it was. */
export type Answer = {
  /** 0: there was none. */
  status: number
  code: string | null
  body: Record<string, unknown>
  retryAfterMs: number | null
  start: number
  end: number
}

export type Call = { method: 'GET' | 'POST' | 'DELETE'; path: string; token?: string; body?: unknown }

/** Well past the two seconds that an answer may take, so that a late one is seen to be late. */
const patienceMs = 20_000

/** Never throws: that nothing came back is an outcome like any other. */
export async function ask(url: string, call: Call): Promise<Answer> {
  const headers = new Headers()
  if (call.token !== undefined) headers.set('authorization', `Bearer ${call.token}`)
  if (call.body !== undefined) headers.set('content-type', 'application/json')
  const start = performance.now()
  try {
    const response = await fetch(url + call.path, {
      method: call.method,
      headers,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await response.text()
    const end = performance.now()
    const body = parsed(text)
    const code = typeof body['code'] === 'string' ? body['code'] : null
    const retryAfter = response.headers.get('retry-after')
    const retryAfterMs = retryAfter === null ? null : Number(retryAfter) * 1000
    return { status: response.status, code, body, retryAfterMs, start, end }
  } catch (error) {
    return { status: 0, code: reasonOf(error), body: {}, retryAfterMs: null, start, end: performance.now() }
  }
}

function parsed(text: string): Record<string, unknown> {
  if (text === '') return {}
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

/** What fetch throws says only that it failed; its cause says how. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'timeout'
  const { cause } = error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : error.message
}
