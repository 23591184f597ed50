import type { Connection } from './connection/connection.ts'
import type { Requests } from './connection/requests.ts'
import type { HeldSession } from './session/session.ts'
import type { Grants } from './session/storage.ts'
import type { Turns } from './session/turns.ts'

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
