import type { DoneBy } from '../session/session.ts'

/** In the audit log: the command line, which has neither an address nor an agent. */
export const byCli: DoneBy = { actor: 'cli', origin: { ipAddress: null, userAgent: null } }
