/** The claims of an access token (RFC 9068 §2.2) that become part of a verdict. */
export type TokenClaims = {
  /** Null when it is missing or is not a string. */
  text(name: string): string | null
  /** RFC 3339, from Unix seconds. */
  instant(name: string): string | null
}

export function claimsIn(payload: Record<string, unknown>): TokenClaims {
  return {
    text: name => stringOrNull(payload[name]),
    instant: name => instantOrNull(payload[name]),
  }
}

/** Of a token that is already proved: nothing is checked here. Null when it is not a JWT. */
export function claimsOfProved(token: string): TokenClaims | null {
  const [, segment = ''] = token.split('.')
  try {
    const bytes = Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), letter =>
      letter.charCodeAt(0),
    )
    const payload: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof payload === 'object' && payload !== null ? claimsIn({ ...payload }) : null
  } catch {
    return null
  }
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function instantOrNull(seconds: unknown): string | null {
  if (typeof seconds !== 'number') return null
  const time = new Date(seconds * 1_000)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
