import { es as components } from '@latchkey/react/messages/es'

export const es = { ...components.messages }
