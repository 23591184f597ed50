import { createLatchkeyClient } from 'latchkey/client'
import { LatchkeyProvider, useSession, useSessionManagement } from 'latchkey/react'

export const provider = LatchkeyProvider({ client: createLatchkeyClient({ transport: 'cookie' }) })
export const name = (): string | undefined => useSession().user?.email
export const ids = (): string[] => useSessionManagement().sessions.map(session => session.id)
// @ts-expect-error: no session has such a thing
export const passwords = () => useSession().password
