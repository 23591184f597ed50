import { fr as components } from '@latchkey/react/messages/fr'

export const fr = { ...components.messages }
