import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { Bolt, Database, Pulse } from '../../controls/icons.tsx'
import { usePollMs } from '../../shell/presence.ts'

type Standing = AnswerTo<'GET /v1/admin/status'>

type State = { tone: 'good' | 'warn' | 'bad'; state: string; meaning: string }

const postgresStates: Record<Standing['postgres'], State> = {
  up: { tone: 'good', state: 'Up', meaning: 'Source of truth.' },
  down: {
    tone: 'bad',
    state: 'Down',
    meaning: 'Known sessions stay valid for a while. Sign-in and revocation don’t work.',
  },
}

const redisStates: Record<Standing['redis'], State> = {
  up: { tone: 'good', state: 'Up', meaning: 'Answers most reads.' },
  down: { tone: 'warn', state: 'Down', meaning: 'Postgres answers all reads. Slower; nothing is lost.' },
  recovering: { tone: 'warn', state: 'Recovering', meaning: 'Back, but not read yet. Postgres answers.' },
  restricted: {
    tone: 'warn',
    state: 'Restricted',
    meaning: 'Its user may not do everything that the service needs. The log says what is refused.',
  },
  off: { tone: 'good', state: 'Off', meaning: 'Not configured. Postgres answers all reads.' },
}

function feedState({ feedAgeMs, revocationLeaseMs }: Standing): State {
  const validFor = `(cached sessions valid for ${revocationLeaseMs / 1000} s)`
  if (feedAgeMs < revocationLeaseMs) {
    return { tone: 'good', state: 'In sync', meaning: `Last poll ${feedAgeMs} ms ago ${validFor}` }
  }
  const seconds = Math.round(feedAgeMs / 1000)
  return { tone: 'bad', state: 'Lagging', meaning: `Last poll ${seconds} s ago ${validFor}` }
}

const loading: State = { tone: 'good', state: '', meaning: 'Loading…' }
const unknown: State = { tone: 'warn', state: 'Unknown', meaning: 'The service doesn’t answer.' }

/** The state of this instance's stores, and what it means for users. */
export function Stores() {
  const client = useLatchkey()
  const refetchInterval = usePollMs(2_000)
  const { data, error } = useQuery({
    queryKey: ['status'],
    queryFn: () => client.request('GET /v1/admin/status'),
    refetchInterval,
  })
  const stateOf = (state: (standing: Standing) => State): State => {
    if (error !== null) return unknown
    return data === undefined ? loading : state(data)
  }
  const stores = [
    { name: 'Postgres', Icon: Database, ...stateOf(({ postgres }) => postgresStates[postgres]) },
    { name: 'Redis', Icon: Bolt, ...stateOf(({ redis }) => redisStates[redis]) },
    { name: 'Revocation feed', Icon: Pulse, ...stateOf(feedState) },
  ]
  return (
    <section className="panel" aria-labelledby="stores">
      <h3 id="stores">Data stores (this instance)</h3>
      <ul className="stores">
        {stores.map(({ name, Icon, tone, state, meaning }) => (
          <li key={name}>
            <span className="tile small">
              <Icon size={18} />
            </span>
            <div>
              <p>
                <strong>{name}</strong> {state !== '' && <span className={`badge ${tone}`}>{state}</span>}
              </p>
              <p className="muted">{meaning}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
