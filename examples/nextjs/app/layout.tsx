import type { ReactNode } from 'react'
import '@latchkey/react/styles.css'
import { Providers } from './providers'

export const metadata = { title: 'Café', icons: 'data:,' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  )
}
