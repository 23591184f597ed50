import { rotate, service } from '../contestants/all.ts'
import type { Message } from '../load/job.ts'
import { bearer, expectStatus, verifyMessage } from './answers.ts'
import { refreshEntry } from './refresh.ts'
import type { Entry, Material, Row } from './row.ts'

/** A person signs out one of their devices, and is answered when no instance says yes any more. */
export function revokeRow(material: Material): Row {
  const { seed } = material
  const floorTokens = seed.floorSessions.slice(seed.refreshable.length).map(session => session.refreshToken)
  return {
    id: 'revoke',
    title: 'Revoke',
    about:
      'Each request ends another session of its caller: a transaction over the session, the feed and the audit log, and an answer when every instance (here: one) has acknowledged it. The floor changes one row and waits for nobody.',
    entries: [serviceEntry(material), refreshEntry(rotate, material, floorTokens)],
    ratios: [{ of: service.name, to: rotate.name, figure: 'requestsPerSecond' }],
  }
}

function serviceEntry({ seed, files }: Material): Entry {
  const messages = seed.revocable.map(({ id, caller }) => revokeMessage(id, caller.accessToken))
  return {
    name: service.name,
    contestant: service,
    async check({ url }) {
      const { victim } = seed
      await expectStatus(url, verifyMessage(bearer(victim.accessToken)), 204)
      await expectStatus(url, revokeMessage(victim.id, victim.accessToken), 204)
      await expectStatus(url, verifyMessage(bearer(victim.accessToken)), 401)
    },
    prepare: async () => ({
      work: { kind: 'spend', messages: files.messages(messages) },
      expect: [204],
    }),
  }
}

function revokeMessage(sessionId: string, accessToken: string): Message {
  return { method: 'DELETE', path: `/v1/sessions/${sessionId}`, headers: bearer(accessToken) }
}
