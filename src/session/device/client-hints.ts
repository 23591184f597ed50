import type { Agent } from './agent.ts'

/**
 * The three User-Agent Client Hints that Chromium sends to every secure origin without being asked
 * (https://wicg.github.io/ua-client-hints/), as the headers had them. Null: not sent, or longer than any browser's.
 */
export type ClientHints = { brands: string | null; mobile: string | null; platform: string | null }

/** Brands of browsers whose user agent is Chrome's. Names that are not in the table are never shown. */
const brandNames = new Map([
  ['Android WebView', 'Android WebView'],
  ['Brave', 'Brave'],
  ['DuckDuckGo', 'DuckDuckGo'],
  ['Microsoft Edge', 'Microsoft Edge'],
  ['Naver Whale', 'Whale'],
  ['Opera', 'Opera'],
  ['Opera GX', 'Opera GX'],
  ['Samsung Internet', 'Samsung Internet'],
  ['Vivaldi', 'Vivaldi'],
  ['Whale', 'Whale'],
  ['YaBrowser', 'Yandex Browser'],
  ['Yandex', 'Yandex Browser'],
])

const platformNames = new Map([
  ['Android', 'Android'],
  ['Chrome OS', 'ChromeOS'],
  ['Chromium OS', 'ChromeOS'],
  ['iOS', 'iOS'],
  ['Linux', 'Linux'],
  ['macOS', 'macOS'],
  ['Windows', 'Windows'],
])

/** Hints say more where the user agent says the least: a brand behind "Chrome", a system behind none or "Linux". */
export function hintedAgent(agent: Agent, hints: ClientHints | undefined): Agent {
  if (hints === undefined || agent.type === 'bot') return agent
  const brand = agent.browser === 'Chrome' ? brandIn(hints.brands ?? '') : undefined
  const browser = brand ?? agent.browser
  const hinted = platformNames.get(stringsIn(hints.platform ?? '')[0] ?? '')
  const isTold = hinted !== undefined && (agent.os === null || agent.os === 'Linux') && hinted !== agent.os
  return isTold
    ? { ...agent, browser, os: hinted, type: typeOn(hinted, hints.mobile) }
    : { ...agent, browser }
}

function typeOn(os: string, mobile: string | null): Agent['type'] {
  if (mobile === '?1') return 'mobile'
  return os === 'Android' || os === 'iOS' ? 'tablet' : 'desktop'
}

function brandIn(brands: string): string | undefined {
  return stringsIn(brands)
    .map(brand => brandNames.get(brand))
    .find(name => name !== undefined)
}

/** The strings of a structured field (RFC 9651 §3.3.3); versions, which are strings as well, are no known names. */
function stringsIn(field: string): string[] {
  return Array.from(field.matchAll(/"([^"\\]*)"/g), ([, text = '']) => text)
}
