import { select, service } from '../contestants/all.ts'
import type { Message } from '../load/job.ts'
import { bearer, expectStatus } from './answers.ts'
import { selectEntry } from './redis-away.ts'
import type { Entry, Material, Row } from './row.ts'
import { cycle, firstOf } from './verify.ts'

const callers = 200
const sessionsPerUser = 5

/** A person looks at their devices. */
export function listRow(material: Material): Row {
  return {
    id: 'list',
    title: 'List of one’s own sessions',
    about: '200 people with 5 sessions each, in turn. The floor is one `SELECT` of one row by primary key.',
    entries: [serviceEntry(material), selectEntry(material)],
    ratios: [{ of: service.name, to: select.name, figure: 'requestsPerSecond' }],
  }
}

function serviceEntry({ seed, files }: Material): Entry {
  // Sessions stand in the seed by their owners.
  const messages = seed.sessions
    .filter((_session, index) => index % sessionsPerUser === 0)
    .slice(0, callers)
    .map(
      (session): Message => ({
        method: 'GET',
        path: '/v1/sessions',
        headers: bearer(session.accessToken),
      }),
    )
  return {
    name: service.name,
    contestant: service,
    async check({ url }) {
      const answer = await expectStatus(url, firstOf(messages), 200)
      const { sessions }: { sessions: unknown[] } = JSON.parse(answer)
      if (sessions.length !== sessionsPerUser) throw new Error(`listed ${sessions.length} sessions`)
    },
    prepare: async () => ({ work: cycle(files.messages(messages)), expect: [200] }),
  }
}
