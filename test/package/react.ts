import { createLatchkeyClient } from 'latchkey/client'
import { Devices, LatchkeyProvider, useSession, useSessionManagement } from 'latchkey/react'

const client = createLatchkeyClient({ transport: 'cookie' })
export const provider = LatchkeyProvider({ client, initialSession: null })
export const devices = Devices({ headingLevel: 2 })
export const name = (): string | undefined => useSession().user?.email
export const failed = (): string | undefined => useSession().error?.message
export const ids = (): string[] => useSessionManagement().sessions.map(session => session.id)
// @ts-expect-error: the session has no field password
export const passwords = () => useSession().password
