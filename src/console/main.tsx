import { createLatchkeyClient } from '@latchkey/client'
import { LatchkeyProvider } from '@latchkey/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './shell/app.tsx'

/** Somebody looks at this page: it says soon that the service is away, and asks again, rather than wait in silence. */
const client = createLatchkeyClient({ transport: 'cookie', patienceMs: 2_000, timeoutMs: 5_000 })

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <StrictMode>
    <LatchkeyProvider client={client}>
      <App />
    </LatchkeyProvider>
  </StrictMode>,
)
