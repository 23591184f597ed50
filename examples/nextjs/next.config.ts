import type { NextConfig } from 'next'

const latchkey = process.env['LATCHKEY_URL'] ?? 'http://127.0.0.1:3000'

const config: NextConfig = {
  // Latchkey under this host name, so that its cookies come back to this server.
  rewrites: async () => [
    { source: '/v1/:path*', destination: `${latchkey}/v1/:path*` },
    { source: '/console/:path*', destination: `${latchkey}/console/:path*` },
  ],
}

export default config
