import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// No proxy: the page, the API and Latchkey are three origins, as in production.
export default defineConfig({ plugins: [react()] })
