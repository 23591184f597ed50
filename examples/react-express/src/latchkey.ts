import { createLatchkeyClient, webStorage } from '@latchkey/client'

export const apiUrl: string = import.meta.env.VITE_API_URL ?? 'http://localhost:8080'

export const latchkey = createLatchkeyClient({
  baseUrl: import.meta.env.VITE_LATCHKEY_URL ?? 'http://localhost:3000',
  transport: 'bearer',
  // Survives a reload and ends with the tab. Every script of the page can read it: load no scripts that you do not trust,
  // and leave this line out where signing in again after a reload is acceptable.
  storage: webStorage(() => sessionStorage),
  // Where `latchkey.fetch` may send the access token, beside Latchkey itself.
  origins: [apiUrl],
  patienceMs: 5_000,
})
