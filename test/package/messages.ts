import type { LatchkeyMessages } from '@latchkey/react'
import { LANGUAGE as texts } from '@latchkey/react/messages/LANGUAGE'

export const messages: LatchkeyMessages = texts
// @ts-expect-error: no catalog has such a text
export const missing = texts.messages['no.such-text']
