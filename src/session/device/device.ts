import Bowser from 'bowser'

/** What a user agent says of a device. A hint for its owner, never evidence. */
export type DeviceFacts = {
  type: 'desktop' | 'mobile' | 'tablet' | 'bot' | 'unknown'
  os: string | null
  browser: string | null
}

const types = new Map<string, DeviceFacts['type']>([
  ['desktop', 'desktop'],
  ['mobile', 'mobile'],
  ['tablet', 'tablet'],
  ['bot', 'bot'],
])

/** Longer user agents are read no further: none that a person uses is near it. */
const maxLength = 1024

export function deviceFacts(userAgent: string | null): DeviceFacts {
  if (!userAgent) return { type: 'unknown', os: null, browser: null }
  const parsed = Bowser.parse(userAgent.slice(0, maxLength))
  return {
    type: types.get(parsed.platform.type ?? '') ?? 'unknown',
    os: name(parsed.os.name),
    browser: name(parsed.browser.name),
  }
}

function name(value: string | undefined): string | null {
  return value ? value.slice(0, 64) : null
}
