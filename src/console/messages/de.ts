import { de as components } from '@latchkey/react/messages/de'

export const de = { ...components.messages }
