import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { en } from '../messages/en.ts'
import { type Catalog, createText, type Message, type Text } from './format.ts'

/** The texts of the components of this package. */
export type LatchkeyMessages = Catalog<typeof en.messages>

/** All of them, in another language. */
export type Translation = {
  locale: string
  messages: Readonly<Record<keyof typeof en.messages, Message>>
}

const Context = createContext<Text<typeof en.messages>>(createText(en.messages, en))

export function TextProvider({
  messages = en,
  children,
}: {
  messages?: LatchkeyMessages
  children?: ReactNode
}) {
  const text = useMemo(() => createText(en.messages, messages), [messages])
  return <Context.Provider value={text}>{children}</Context.Provider>
}

export function useText(): Text<typeof en.messages> {
  return useContext(Context)
}
