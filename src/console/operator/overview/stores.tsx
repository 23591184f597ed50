import { useLatchkey } from '@latchkey/react'
import { icons, usePollMs } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import { useText } from '../../text/text.tsx'
import {
  isFeedInSync,
  postgresStates,
  redisStates,
  type Standing,
  type StoreState,
  type Tone,
  verdictOf,
} from './store-states.ts'

/** Whether the service is healthy, and the state of this instance’s stores with what it means for users. */
export function Stores() {
  const { text } = useText()
  const client = useLatchkey()
  const refetchInterval = usePollMs(2_000)
  const { data, error } = useQuery({
    queryKey: ['status'],
    queryFn: () => client.request('GET /v1/admin/status'),
    refetchInterval,
  })
  const verdict = verdictOf(data, error !== null)
  const Icon = verdict.tone === 'good' ? icons.Check : icons.Warning
  return (
    <section className="lk-panel health" aria-labelledby="health">
      <div className="verdict">
        <span className={`lk-dot large lk-${verdict.tone}`}>
          <Icon size={20} />
        </span>
        <div role="status">
          <h2 id="health">{text(verdict.title)}</h2>
          <p className="lk-muted">{text(verdict.text)}</p>
        </div>
      </div>
      <section aria-labelledby="stores">
        <h3 id="stores">{text('stores.title')}</h3>
        <StoreList standing={data} isSilent={error !== null} />
      </section>
    </section>
  )
}

type Listed = { standing: Standing | undefined; isSilent: boolean }

function StoreList({ standing, isSilent }: Listed) {
  const { text } = useText()
  const simple = (stateOf: (standing: Standing) => StoreState): Shown => {
    if (isSilent) return { tone: 'warn', state: text('stores.unknown'), meaning: text('stores.no-answer') }
    if (standing === undefined) return { tone: 'good', state: '', meaning: text('overview.loading') }
    const { tone, state, meaning } = stateOf(standing)
    return { tone, state: text(state), meaning: text(meaning) }
  }
  return (
    <ul className="stores">
      <Store
        name={text('stores.postgres')}
        Icon={icons.Database}
        shown={simple(({ postgres }) => postgresStates[postgres])}
      />
      <Store
        name={text('stores.redis')}
        Icon={icons.Bolt}
        shown={simple(({ redis }) => redisStates[redis])}
      />
      <Store name={text('stores.feed')} Icon={icons.Pulse} shown={useFeed(standing, isSilent)} />
    </ul>
  )
}

function useFeed(standing: Standing | undefined, isSilent: boolean): Shown {
  const { text } = useText()
  if (isSilent) return { tone: 'warn', state: text('stores.unknown'), meaning: text('stores.no-answer') }
  if (standing === undefined) return { tone: 'good', state: '', meaning: text('overview.loading') }
  const { feedAgeMs, revocationLeaseMs } = standing
  const lease = revocationLeaseMs / 1000
  if (isFeedInSync(standing)) {
    const meaning = text('stores.feed-text', { age: feedAgeMs, lease })
    return { tone: 'good', state: text('stores.in-sync'), meaning }
  }
  const meaning = text('stores.feed-late', { age: Math.round(feedAgeMs / 1000), lease })
  return { tone: 'bad', state: text('stores.lagging'), meaning }
}

type Shown = { tone: Tone; state: string; meaning: string }

function Store({ name, Icon, shown }: { name: string; Icon: typeof icons.Bolt; shown: Shown }) {
  return (
    <li>
      <span className="lk-tile small">
        <Icon size={18} />
      </span>
      <div>
        <p>
          <strong>{name}</strong>{' '}
          {shown.state !== '' && <span className={`lk-badge lk-${shown.tone}`}>{shown.state}</span>}
        </p>
        <p className="lk-muted">{shown.meaning}</p>
      </div>
    </li>
  )
}
