import { ja as components } from '@latchkey/react/messages/ja'

export const ja = { ...components.messages }
