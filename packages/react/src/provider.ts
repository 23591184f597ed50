import type { LatchkeyClient } from '@latchkey/client'
import { createContext, createElement, type ReactNode, useContext, useEffect, useState } from 'react'
import { createDeviceList, type DeviceList } from './devices.ts'
import { keepInformed } from './inform.ts'

type Provided = { client: LatchkeyClient; devices: DeviceList }

const Context = createContext<Provided | null>(null)

/** Lets the components inside use the client, and finds out whether somebody is signed in. */
export function LatchkeyProvider({ client, children }: { client: LatchkeyClient; children?: ReactNode }) {
  const [provided, setProvided] = useState(() => provide(client))
  if (provided.client !== client) setProvided(provide(client))
  useEffect(() => keepInformed(client), [client])
  return createElement(Context.Provider, { value: provided }, children)
}

function provide(client: LatchkeyClient): Provided {
  return { client, devices: createDeviceList(client) }
}

export function useProvided(): Provided {
  const provided = useContext(Context)
  if (provided === null) throw new Error('Latchkey’s hooks are for components inside a LatchkeyProvider')
  return provided
}

export function useLatchkey(): LatchkeyClient {
  return useProvided().client
}
