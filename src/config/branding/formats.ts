import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { makeExactValidator } from 'envalid'

/** A picture on another server, or one that the service serves. */
export type Logo = { kind: 'url'; url: string } | { kind: 'file'; bytes: Buffer; mediaType: string }

const longestName = 40
const largestLogo = 256 * 1024

const mediaTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
}

/** A name that fits into a heading. */
export const displayName = makeExactValidator<string>(input => {
  const name = input.trim()
  if (name.length === 0 || name.length > longestName || /\p{Cc}/u.test(name)) {
    throw new TypeError(`must be a name of 1 to ${longestName} characters on one line`)
  }
  return name
})

/** On a page that is served over TLS, a browser does not show a picture that is not. */
export const logo = makeExactValidator<Logo>(input => {
  if (input.startsWith('@')) return logoFile(input.slice(1))
  const url = URL.canParse(input) ? new URL(input) : null
  if (url === null || url.protocol !== 'https:' || url.username !== '') {
    throw new TypeError('must be a URL that begins with https://, or @path of a file')
  }
  return { kind: 'url', url: url.href }
})

function logoFile(path: string): Logo {
  const mediaType = mediaTypes[extname(path).toLowerCase()]
  if (mediaType === undefined) {
    throw new TypeError('must be a file that ends with .svg, .png, .jpg, .jpeg or .webp')
  }
  const bytes = readFileSync(path)
  if (bytes.length > largestLogo) {
    throw new RangeError(
      `must be a file of at most ${largestLogo / 1024} KiB, and it has ${bytes.length} bytes`,
    )
  }
  return { kind: 'file', bytes, mediaType }
}

/** The target of a link: a page or an email address. */
export const linkUrl = makeExactValidator<string>(input => {
  const url = URL.canParse(input) ? new URL(input) : null
  if (url === null || !['https:', 'http:', 'mailto:'].includes(url.protocol)) {
    throw new TypeError('must be a URL that begins with https://, http:// or mailto:')
  }
  return url.href
})
