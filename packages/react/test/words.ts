import { en } from '../src/messages/en.ts'
import { createText } from '../src/text/format.ts'

export const english = createText(en.messages, en)
