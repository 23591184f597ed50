import { type Answer, call } from './conventions-app.ts'

/** Cookies by their names, as a browser keeps and sends them. */
export type Jar = Map<string, string>

/** A `Set-Cookie`, taken apart (RFC 6265bis §4.1). Attributes without a value are `true`; names in lower case. */
export type SetCookie = { name: string; value: string; attributes: Record<string, string | true> }

export function setCookiesOf({ headers }: Answer): SetCookie[] {
  return (headers['set-cookie'] ?? []).map(line => {
    const [pair = '', ...rest] = line.split('; ')
    const [name = '', value = ''] = divide(pair)
    const attributes = rest.map(divide).map(([key, text]) => [key.toLowerCase(), text ?? true] as const)
    return { name, value, attributes: Object.fromEntries(attributes) }
  })
}

function divide(pair: string): [string, string | undefined] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, undefined] : [pair.slice(0, at), pair.slice(at + 1)]
}

/** A page of the service's own origin: keeps cookies, sends them where their path says, and says where it is. */
export function page(port: number, jar: Jar = new Map()) {
  return {
    jar,
    async call(
      method: string,
      path: string,
      options: { json?: unknown; headers?: Record<string, string>; cookies?: boolean } = {},
    ): Promise<Answer> {
      const { headers = {}, cookies = true, ...rest } = options
      const sent = [...jar].filter(([name]) => !name.endsWith('_refresh') || path === '/v1/auth/refresh')
      const cookie = sent.map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await call(port, method, path, {
        ...rest,
        headers: {
          'sec-fetch-site': 'same-origin',
          ...(cookies && cookie !== '' ? { cookie } : {}),
          ...headers,
        },
      })
      for (const { name, value, attributes } of setCookiesOf(answer)) {
        if (attributes['max-age'] === '0') jar.delete(name)
        else jar.set(name, value)
      }
      return answer
    },
  }
}

export function bodyOf(answer: Answer): Record<string, unknown> {
  const body: unknown = answer.text === '' ? {} : JSON.parse(answer.text)
  if (typeof body !== 'object' || body === null) throw new Error(`no object: ${answer.text}`)
  return Object.fromEntries(Object.entries(body))
}
