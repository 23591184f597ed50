import type { CurrentSession, LatchkeyClient, SessionState } from '@latchkey/client'
import { createContext, useContext } from 'react'
import type { DeviceList } from '../devices/device-list.ts'
import type { Informer } from '../session/inform.ts'

export type Provided = {
  client: LatchkeyClient
  devices: DeviceList
  informer: Informer
  /** Counts until the client knows better: what the server that rendered the page has found out. */
  initial: SessionState
}

export const Context = createContext<Provided | null>(null)

export function useProvided(): Provided {
  const provided = useContext(Context)
  if (provided === null)
    throw new Error('Latchkey’s hooks and components need a LatchkeyProvider around them')
  return provided
}

export function useLatchkey(): LatchkeyClient {
  return useProvided().client
}

export function initialState(session: CurrentSession | null): SessionState {
  if (session === null) return { status: 'unknown' }
  return { status: 'signed-in', sessionId: session.sessionId, session }
}
