import type { Connection } from './connection.ts'
import type { Requests } from './requests.ts'
import type { HeldSession } from './session.ts'
import type { Grants } from './storage.ts'
import type { Turns } from './turns.ts'

/** What a client is made of, for those who work on all of it. */
export type Parts = {
  session: HeldSession
  grants: Grants
  connection: Connection
  turns: Turns
  refresh: () => Promise<void>
  requests: Requests
  clientType: string | undefined
}
