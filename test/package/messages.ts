import type { LatchkeyMessages } from '@latchkey/react'
import { LANGUAGE as texts } from '@latchkey/react/messages/LANGUAGE'

export const messages: LatchkeyMessages = texts
// @ts-expect-error: keys that no catalog has are refused
export const missing = texts.messages['no.such-text']
