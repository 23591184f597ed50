import { createText } from '@latchkey/react/parts'

const english = { hello: 'Hello, {name}' } as const
const { text } = createText(english, { locale: 'en', messages: {} })
export const hello: string = text('hello', { name: 'Ada' })
// @ts-expect-error: the placeholder {name} needs a value
export const unfilled = text('hello')
