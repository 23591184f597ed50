import assert from 'node:assert/strict'
import { Button, createText } from '@latchkey/react/parts'

assert.equal(typeof Button, 'function')
const { text } = createText({ hello: 'Hello, {name}' }, { locale: 'en', messages: {} })
assert.equal(text('hello', { name: 'Ada' }), 'Hello, Ada')
