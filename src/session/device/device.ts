import Bowser from 'bowser'
import type { Agent, DeviceType } from './agent.ts'
import { type ClientHints, hintedAgent } from './client-hints.ts'
import { nativeAgent } from './native-agent.ts'
import { webAgent } from './web-agent.ts'

/** What a user agent says of a device. A hint for its owner, never evidence. */
export type DeviceFacts = {
  type: DeviceType
  os: string | null
  browser: string | null
}

/** Longer user agents are read no further; no real one comes near it. */
const maxLength = 1024

/** The longest name that is kept. */
const maxNameLength = 64

export function deviceFacts(userAgent: string | null, hints?: ClientHints): DeviceFacts {
  const { type, os, browser } = readAgent(userAgent, hints)
  return { type, os, browser }
}

/** Reads a user agent, and the Client Hints that came with it. Never throws. */
export function readAgent(userAgent: string | null, hints?: ClientHints): Agent {
  if (!userAgent) return { type: 'unknown', os: null, browser: null, program: 'library' }
  const text = userAgent.slice(0, maxLength)
  const parsed = Bowser.parse(text)
  const isWeb = /^(?:Mozilla|Opera)\//.test(text) || parsed.platform.type === 'bot'
  const agent = isWeb ? hintedAgent(webAgent(text, parsed), hints) : nativeAgent(text)
  return { ...agent, os: short(agent.os), browser: short(agent.browser) }
}

function short(name: string | null): string | null {
  return name === null ? null : name.slice(0, maxNameLength)
}
