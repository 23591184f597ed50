import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createLatchkeyClient } from '../client/index.ts'
import { LatchkeyProvider } from '../react/index.ts'
import { App } from './app.tsx'

/** Somebody looks at this page: it says soon that the service is away, and asks again, rather than wait in silence. */
const client = createLatchkeyClient({ transport: 'cookie', patienceMs: 2_000, timeoutMs: 5_000 })

const queries = new QueryClient({
  defaultOptions: {
    // The client itself tries again where that is right; and a browser that believes to be offline may reach us.
    queries: { retry: false, networkMode: 'always', staleTime: 1_000 },
    mutations: { retry: false, networkMode: 'always' },
  },
})

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <StrictMode>
    <LatchkeyProvider client={client}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </LatchkeyProvider>
  </StrictMode>,
)
