import { createText } from '@latchkey/react/parts'

const english = { hello: 'Hello, {name}' } as const
const { text } = createText(english, { locale: 'en', messages: {} })
export const hello: string = text('hello', { name: 'Ada' })
// @ts-expect-error: a placeholder has no value
export const unfilled = text('hello')
