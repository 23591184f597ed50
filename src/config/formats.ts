import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { makeExactValidator } from 'envalid'
import { isWildcard } from '../access/origins.ts'

/** Parsers of settings. Each throws an error whose message continues the name of the setting. */

export const whole = (minimum: number, maximum: number) =>
  makeExactValidator<number>(input => {
    const value = Number(input)
    if (!/^\d+$/.test(input) || value < minimum || value > maximum) {
      throw new RangeError(`must be a whole number from ${minimum} to ${maximum}`)
    }
    return value
  })

export const ratio = makeExactValidator<number>(input => {
  const value = Number(input)
  if (!/^[\d.]+$/.test(input) || !(value >= 0 && value <= 1))
    throw new RangeError('must be a number from 0 to 1')
  return value
})

export const secret = makeExactValidator<Buffer>(input => {
  const bytes = Buffer.from(input, 'base64')
  const canonical = bytes.toString('base64').replace(/=+$/, '') === input.replace(/=+$/, '')
  if (!canonical || bytes.length < 32 || !looksRandom(bytes)) {
    throw new RangeError(
      'must be at least 32 random bytes in base64; generate one with: openssl rand -base64 32',
    )
  }
  return bytes
})

/** False for placeholders: one repeated byte, bytes that count up, words. None of these occurs by chance. */
function looksRandom(bytes: Buffer): boolean {
  const steps = new Set(bytes.map((byte, at) => byte - (bytes[at - 1] ?? 0)).subarray(1))
  const isText = bytes.every(byte => byte >= 0x20 && byte < 0x7f)
  return new Set(bytes).size >= 16 && steps.size > 1 && !isText
}

export const httpUrl = makeExactValidator<string>(input => {
  if (!URL.canParse(input) || !['http:', 'https:'].includes(new URL(input).protocol)) {
    throw new TypeError('must be a URL that begins with http:// or https://')
  }
  return input
})

/** One of the given words. */
export const oneOf = <T extends string>(...choices: readonly T[]) =>
  makeExactValidator<T>(input => {
    const chosen = choices.find(choice => choice === input)
    if (chosen === undefined) throw new TypeError(`must be one of ${choices.join(', ')}`)
    return chosen
  })

/** `host:port,host:port` */
export const hosts = makeExactValidator<{ host: string; port: number }[]>(input =>
  input.split(',').map(entry => {
    const [, host, port] = /^\[?([^\s,]+?)\]?:(\d{1,5})$/.exec(entry.trim()) ?? []
    if (host === undefined) throw new TypeError('must be a list like host1:26379,host2:26379')
    return { host, port: Number(port) }
  }),
)

export const networks = makeExactValidator<string[]>(input =>
  input.split(',').map(entry => {
    const [address = '', bits, ...rest] = entry.trim().split('/')
    const family = isIP(address)
    const longest = family === 6 ? 128 : 32
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest)
    if (family === 0 || !fits || rest.length > 0) {
      throw new TypeError('must be a list of addresses or networks like 10.0.0.0/8,192.168.1.7')
    }
    return entry.trim()
  }),
)

/** Origins as browsers serialize them (RFC 6454 §6.2), compared as text, or a wildcard for all local ports. */
export const origins = makeExactValidator<string[]>(input =>
  input.split(',').map(entry => {
    const origin = entry.trim()
    if (isWildcard(origin)) return origin
    const url = /^https?:[^*]+$/i.test(origin) && URL.canParse(origin) ? new URL(origin) : null
    if (url?.origin === origin) return origin
    const remedy = url === null ? '' : `; ${departure(origin, url)}: write ${url.origin}`
    throw new TypeError(
      `must be a list of origins like https://app.example.com,https://example.com:8443${remedy}`,
    )
  }),
)

/** Why the text of a URL differs from its origin. */
function departure(text: string, url: URL): string {
  if (url.pathname !== '/') return 'an origin has no path'
  if (text.endsWith('/')) return 'an origin has no trailing slash'
  return 'browsers send an origin in lower case and without the default port'
}

export const flag = makeExactValidator<boolean>(input => {
  if (input !== 'true' && input !== 'false') throw new TypeError('must be true or false')
  return input === 'true'
})

/** JSON, or `@` and the path of a JSON file. */
export const json = makeExactValidator<unknown>(input => {
  const text = input.startsWith('@') ? readFileSync(input.slice(1), 'utf8') : input
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    throw new TypeError('must be JSON, or @path of a JSON file')
  }
})
