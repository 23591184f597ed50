'use client'

import { createLatchkeyClient } from '@latchkey/client'
import { LatchkeyProvider } from '@latchkey/react'
import type { ReactNode } from 'react'

// Without a `baseUrl` the client calls the page's own origin. The browser holds the tokens, and no script can read them.
const latchkey = createLatchkeyClient({ transport: 'cookie', patienceMs: 5_000 })

export function Providers({ children }: { children: ReactNode }) {
  return <LatchkeyProvider client={latchkey}>{children}</LatchkeyProvider>
}
