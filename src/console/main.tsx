import { createLatchkeyClient } from '@latchkey/client'
import { LatchkeyProvider } from '@latchkey/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './shell/app.tsx'
import { LanguageProvider } from './text/text.tsx'

/** A user watches this page: it reports an outage soon and asks again, rather than wait in silence. */
const client = createLatchkeyClient({ transport: 'cookie', patienceMs: 2_000, timeoutMs: 5_000 })

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      {catalog => (
        <LatchkeyProvider client={client} messages={catalog}>
          <App />
        </LatchkeyProvider>
      )}
    </LanguageProvider>
  </StrictMode>,
)
