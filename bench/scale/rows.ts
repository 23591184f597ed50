import type { Contestant, RunningContestant } from '../contestants/contestant.ts'
import type { Message } from '../load/job.ts'
import type { RequestFiles } from '../load/request-files.ts'
import { bearer, checkVerify, expectStatus, verifyMessage } from '../rows/answers.ts'
import type { Entry, Plan, Row } from '../rows/row.ts'
import { userAgent } from '../seed/sessions.ts'
import type { Sample } from './fill.ts'

/** A database with its sample, and the instances on it. */
export type Side = {
  /** Such as `5,000,000 sessions`. */
  name: string
  sample: Sample
  /** Of `sample`; every load with this list goes on where the one before ended. */
  refreshTokens: readonly string[]
  /** With the service's own settings. */
  usual: Contestant
  /** Keeps no snapshots, so that Postgres answers every verify. */
  withoutSnapshots: Contestant
}

/** The same questions to a large and a small database, about sessions at random places. */
export function scaleRows(large: Side, small: Side, files: RequestFiles): Row[] {
  const sides = [large, small]
  const row = (id: string, title: string, about: string, entry: (side: Side) => Entry): Row => ({
    id,
    title,
    about,
    entries: sides.map(entry),
    ratios: [{ of: large.name, to: small.name, figure: 'requestsPerSecond' }],
  })
  return [
    row('verify-miss', 'Verify, the session is not in the cache', 'Postgres answers.', side =>
      verifyMissEntry(side, files),
    ),
    row('refresh', 'Refresh', 'Each request spends the newest token.', side => refreshEntry(side, files)),
    row('list', 'List of one’s own sessions', 'Five to a user.', side => list(side, files)),
    row('revoke', 'Revoke', 'Each request ends another session of its caller.', side => revoke(side, files)),
  ]
}

export function verifyMissEntry({ name, sample, withoutSnapshots }: Side, files: RequestFiles): Entry {
  const messages = sample.verify.map(session => verifyMessage(bearer(session.accessToken)))
  return entryOf(name, withoutSnapshots, sample, async () => ({
    work: { kind: 'cycle', messages: files.messages(messages) },
    expect: [204],
  }))
}

export function refreshEntry({ name, sample, usual, refreshTokens }: Side, files: RequestFiles): Entry {
  return entryOf(name, usual, sample, async () => ({
    work: { kind: 'chain', tokens: files.tokens(refreshTokens), path: '/v1/auth/refresh', userAgent },
    expect: [200],
  }))
}

function list({ name, sample, usual }: Side, files: RequestFiles): Entry {
  const messages = sample.verify.map(
    (session): Message => ({ method: 'GET', path: '/v1/sessions', headers: bearer(session.accessToken) }),
  )
  return entryOf(name, usual, sample, async () => ({
    work: { kind: 'cycle', messages: files.messages(messages) },
    expect: [200],
  }))
}

function revoke({ name, sample, usual }: Side, files: RequestFiles): Entry {
  const messages = sample.revoke.map(
    ({ id, caller }): Message => ({
      method: 'DELETE',
      path: `/v1/sessions/${id}`,
      headers: bearer(caller.accessToken),
    }),
  )
  return entryOf(name, usual, sample, async () => ({
    work: { kind: 'spend', messages: files.messages(messages) },
    expect: [204],
  }))
}

function entryOf(name: string, contestant: Contestant, sample: Sample, prepare: () => Promise<Plan>): Entry {
  return {
    name,
    contestant,
    check: running => checkSample(running, sample),
    prepare,
  }
}

/** A session of the sample is signed in and lists five; another token is refused. */
async function checkSample({ url }: RunningContestant, { verify }: Sample): Promise<void> {
  const [session] = verify
  if (session === undefined) throw new RangeError('the sample is empty')
  const headers = bearer(session.accessToken)
  const garbage = bearer(`${session.accessToken.slice(0, -8)}AAAAAAAA`)
  await checkVerify(url, { signedIn: { headers, userId: session.userId }, garbage })
  const answer = await expectStatus(url, { method: 'GET', path: '/v1/sessions', headers }, 200)
  const { sessions }: { sessions: unknown[] } = JSON.parse(answer)
  if (sessions.length !== 5) throw new Error(`listed ${sessions.length} sessions, not 5`)
}
