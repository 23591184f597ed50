import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { Failure } from '../../controls/dialog.tsx'
import { Bolt, Database, Pulse } from '../../controls/icons.tsx'
import { usePollMs } from '../../shell/presence.ts'

type Standing = AnswerTo<'GET /v1/admin/status'>

type State = { tone: 'good' | 'warn' | 'bad'; state: string; meaning: string }

const postgresStates: Record<Standing['postgres'], State> = {
  up: { tone: 'good', state: 'Up', meaning: 'It has the last word about every session.' },
  down: {
    tone: 'bad',
    state: 'Away',
    meaning: 'Known sessions go on for a while; nobody can sign in or be revoked.',
  },
}

const redisStates: Record<Standing['redis'], State> = {
  up: { tone: 'good', state: 'Up', meaning: 'It answers most questions, so that Postgres need not.' },
  down: {
    tone: 'warn',
    state: 'Away',
    meaning: 'Postgres answers everything instead. Slower, and nothing is lost.',
  },
  recovering: {
    tone: 'warn',
    state: 'Recovering',
    meaning: 'It is back, and not asked yet. Postgres answers.',
  },
  off: { tone: 'good', state: 'Off', meaning: 'The service runs without it. Postgres answers everything.' },
}

function feedState({ feedAgeMs, revocationLeaseMs }: Standing): State {
  if (feedAgeMs < revocationLeaseMs) {
    const meaning = `Read ${feedAgeMs} ms ago. Snapshots count for ${revocationLeaseMs} ms after each reading.`
    return { tone: 'good', state: 'Following', meaning }
  }
  const meaning = `Last read ${Math.round(feedAgeMs / 1000)} s ago, so snapshots no longer count by themselves.`
  return { tone: 'bad', state: 'Behind', meaning }
}

/** How this instance and its stores are doing, and what it means for those who are signed in. */
export function Stores() {
  const client = useLatchkey()
  const refetchInterval = usePollMs(2_000)
  const { data, error } = useQuery({
    queryKey: ['status'],
    queryFn: () => client.request('GET /v1/admin/status'),
    refetchInterval,
  })
  if (data === undefined) return <Failure error={error} />
  const stores = [
    { name: 'Postgres', Icon: Database, ...postgresStates[data.postgres] },
    { name: 'Redis', Icon: Bolt, ...redisStates[data.redis] },
    { name: 'Revocation feed', Icon: Pulse, ...feedState(data) },
  ]
  return (
    <section className="panel" aria-labelledby="stores">
      <h3 id="stores">Stores, as this instance sees them</h3>
      <ul className="stores">
        {stores.map(({ name, Icon, tone, state, meaning }) => (
          <li key={name}>
            <span className="tile small">
              <Icon size={18} />
            </span>
            <div>
              <p>
                <strong>{name}</strong>{' '}
                <span className={`badge ${tone}`}>{error === null ? state : 'Not known'}</span>
              </p>
              <p className="muted">{error === null ? meaning : 'The service does not answer just now.'}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
