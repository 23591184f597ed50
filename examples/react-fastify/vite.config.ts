import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const { LATCHKEY_URL = 'http://127.0.0.1:3000', API_URL = 'http://127.0.0.1:8080' } = process.env

// One origin for the page, the API and Latchkey, as in production: see docs/start/react-fastify.md.
export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/v1/': LATCHKEY_URL, '/api/': API_URL } },
})
