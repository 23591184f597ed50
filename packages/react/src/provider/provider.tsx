import type { CurrentSession, LatchkeyClient } from '@latchkey/client'
import { type ReactNode, useEffect, useState } from 'react'
import { createDeviceList } from '../devices/device-list.ts'
import { createInformer } from '../session/inform.ts'
import { type LatchkeyMessages, TextProvider } from '../text/text.tsx'
import { Context, initialState, type Provided } from './context.ts'

export type LatchkeyProviderProps = {
  client: LatchkeyClient
  /**
   * The session that the server found when it rendered the page, so that the page does not begin with `unknown`. Null:
   * it found none, which the browser checks, since it may be able to refresh.
   */
  initialSession?: CurrentSession | null
  /** The language of the components, from `@latchkey/react/messages/…`; English by default. */
  messages?: LatchkeyMessages
  children?: ReactNode
}

/** Lets the components inside use the client, and finds out whether a user is signed in. */
export function LatchkeyProvider({ client, initialSession, messages, children }: LatchkeyProviderProps) {
  const [provided, setProvided] = useState(() => provide(client, initialSession ?? null))
  if (provided.client !== client) setProvided(provide(client, null))
  useEffect(() => provided.informer.start(), [provided])
  return (
    <Context.Provider value={provided}>
      <TextProvider {...(messages !== undefined && { messages })}>{children}</TextProvider>
    </Context.Provider>
  )
}

function provide(client: LatchkeyClient, session: CurrentSession | null): Provided {
  return {
    client,
    devices: createDeviceList(client),
    informer: createInformer(client),
    initial: initialState(session),
  }
}
