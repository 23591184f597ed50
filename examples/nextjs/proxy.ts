// Next.js 15 calls this file middleware.ts, and the function `middleware`.
export { middleware as proxy } from './lib/latchkey'

export const config = { matcher: ['/orders/:path*'] }
