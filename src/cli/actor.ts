import type { DoneBy } from '../session/session.ts'

/** The actor in the audit log for commands. It has no address and no user agent. */
export const byCli: DoneBy = { actor: 'cli', origin: { ipAddress: null, userAgent: null } }
