import type { Message } from '../load/job.ts'

/** Whether a contestant answers as it must, asked by hand before it is measured. */

export type Verification = {
  /** Must be answered with this user. */
  signedIn: { headers: Record<string, string>; userId: string }
  /** Must be refused. */
  garbage: Record<string, string>
}

/** Of the service, which names the user in a header, and of all others, which answer `{userId}`. */
export async function checkVerify(url: string, { signedIn, garbage }: Verification): Promise<void> {
  const yes = await fetch(`${url}/v1/verify`, { headers: signedIn.headers })
  const text = await yes.text()
  const body: { userId?: string } = text === '' ? {} : JSON.parse(text)
  const userId = yes.headers.get('x-user-id') ?? body.userId
  if (!yes.ok || userId !== signedIn.userId) {
    throw new Error(`expected user ${signedIn.userId}, got ${yes.status} ${userId}`)
  }
  const no = await fetch(`${url}/v1/verify`, { headers: garbage })
  await no.text()
  if (no.status !== 401) throw new Error(`garbage was answered ${no.status}, not 401`)
}

/** Throws unless the answer has this status; returns its body. */
export async function expectStatus(url: string, message: Message, status: number): Promise<string> {
  const { method, path, headers, body } = message
  const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await answer.text()
  if (answer.status !== status) {
    throw new Error(`${method} ${path} was answered ${answer.status}, not ${status}: ${text}`)
  }
  return text
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

export function verifyMessage(headers: Record<string, string>): Message {
  return { method: 'GET', path: '/v1/verify', headers }
}
