import { LatchkeyProvider } from '@latchkey/react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { latchkey } from './latchkey'

createRoot(document.getElementById('root') ?? document.body).render(
  <LatchkeyProvider client={latchkey}>
    <App />
  </LatchkeyProvider>,
)
