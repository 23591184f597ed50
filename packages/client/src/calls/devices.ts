import type { DeviceSession } from '../api.ts'
import type { Parts } from '../parts.ts'

/** The devices on which the user is signed in. All methods throw `LatchkeyError`. */
export function createDevices({ session, requests: { request } }: Parts) {
  return {
    /** All of them, newest sign-in first. */
    async listSessions(): Promise<DeviceSession[]> {
      const sessions: DeviceSession[] = []
      let cursor: string | undefined
      do {
        const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) }
        const page = await request('GET /v1/sessions', { query })
        sessions.push(...page.sessions)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      return sessions
    },

    /** 1 to 64 characters. */
    renameSession: (id: string, deviceName: string): Promise<DeviceSession> =>
      request('PATCH /v1/sessions/{id}', { params: { id }, body: { deviceName } }),

    /** Final once it resolves. The client's own session may be revoked too. */
    async revokeSession(id: string): Promise<void> {
      await request('DELETE /v1/sessions/{id}', { params: { id } })
      const state = session.state()
      if (state.status === 'signed-in' && state.sessionId === id) await session.end('user')
    },

    /** Revokes all sessions except this one; resolves to their number. */
    async revokeOthers(): Promise<number> {
      return (await request('DELETE /v1/sessions')).revoked
    },
  }
}
