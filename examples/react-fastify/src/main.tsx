import { createLatchkeyClient } from '@latchkey/client'
import { LatchkeyProvider } from '@latchkey/react'
import { createRoot } from 'react-dom/client'
import '@latchkey/react/styles.css'
import { App } from './app'

// Without a `baseUrl` the client calls the page's own origin. The browser holds the tokens, and no script can read them.
const latchkey = createLatchkeyClient({ transport: 'cookie', patienceMs: 5_000 })

createRoot(document.getElementById('root') ?? document.body).render(
  <LatchkeyProvider client={latchkey}>
    <App />
  </LatchkeyProvider>,
)
