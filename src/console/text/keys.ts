import type { Message, PlainKey } from '@latchkey/react/parts'
import type { en } from '../messages/en.ts'

/** All texts of the console, in another language. */
export type Translation = Readonly<Record<keyof typeof en, Message>>

/** A text without placeholders. */
export type PlainText = PlainKey<typeof en>
