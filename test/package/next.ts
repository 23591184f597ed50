import { createVerifier } from '@latchkey/node'
import { type Caller, callerOf, createLatchkey } from '@latchkey/node/next'
import type { NextRequest } from 'next/server.js'

const verifier = createVerifier({ url: 'http://latchkey:3000' })
const { getSession, withSession, middleware } = createLatchkey({ verifier, signInPath: '/sign-in' })

export const GET = withSession(
  async (request: NextRequest, { params }: { params: Promise<{ id: string }> }) => {
    const caller: Caller = callerOf(request)
    return Response.json({ userId: caller.userId, id: (await params).id, path: request.nextUrl.pathname })
  },
  { permission: 'view_orders' },
)
export const POST = withSession(request => new Response(callerOf(request).userId))
export const proxy: (request: NextRequest) => Promise<Response | undefined> = middleware

export async function Page(): Promise<string> {
  const caller = await getSession()
  // @ts-expect-error: a user may not be signed in
  const userId: string = caller.userId
  return caller?.userId ?? userId
}

// @ts-expect-error: a verifier is required
createLatchkey({ signInPath: '/sign-in' })
