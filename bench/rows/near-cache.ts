import { bareFastify, quickFastify, sameYes, serviceWithNearCache } from '../contestants/all.ts'
import type { Material, Row } from './row.ts'
import { fastifyEntry, sameAnswerEntry, serviceEntry } from './verify.ts'

/** Verify with snapshots in the instance's own memory. */
export function nearCacheRow(material: Material): Row {
  const { name } = serviceWithNearCache
  return {
    id: 'near-cache',
    title: 'Verify, the session is in the instance’s memory',
    about:
      'One session is asked about again and again, and the instance remembers it. The floor is Fastify and a JSON schema, once as it comes and once as the service runs (decision 86); a third one gives the same answer as the service, with all its headers, and looks at nothing.',
    entries: [
      serviceEntry(name, material, material.seed.sessions.slice(0, 1), serviceWithNearCache),
      fastifyEntry(material),
      fastifyEntry(material, quickFastify),
      sameAnswerEntry(
        sameYes,
        { status: 204, told: ['x-session-id', 'x-user-id', 'x-user-roles'] },
        material,
      ),
    ],
    ratios: [
      {
        of: name,
        to: bareFastify.name,
        figure: 'requestsPerSecond',
        target: { atLeast: 0.85, wanted: 0.95 },
      },
      { of: name, to: quickFastify.name, figure: 'requestsPerSecond' },
      { of: name, to: sameYes.name, figure: 'requestsPerSecond' },
      { of: sameYes.name, to: quickFastify.name, figure: 'requestsPerSecond' },
    ],
  }
}
