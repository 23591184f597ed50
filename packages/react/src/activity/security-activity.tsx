import { useId } from 'react'
import { Button } from '../controls/button.tsx'
import { Heading, type HeadingLevel } from '../controls/heading.tsx'
import { LoadFailure } from '../status/failure.tsx'
import { Loading } from '../status/placeholder.tsx'
import { useText } from '../text/text.tsx'
import { useSecurityActivity } from './activity-list.ts'
import { Entry } from './entry.tsx'
import { withoutPairs } from './event-text.ts'
import { useKnownEvents } from './known-events.ts'
import { Advice, type RemedyLinks } from './remedy.tsx'

export type SecurityActivityProps = RemedyLinks & {
  /** Of the heading “Recent activity”; 2 by default. */
  headingLevel?: HeadingLevel
  /** How often new events are read while the user is there; every 10 seconds by default. */
  pollMs?: number
}

/** What has happened to the user's account: one line per event, with details on demand. */
export function SecurityActivity({ headingLevel = 2, pollMs, ...links }: SecurityActivityProps) {
  const { text } = useText()
  const { events, loading, hasMore, isLoadingMore, loadMore, error } = useSecurityActivity(pollMs)
  const known = useKnownEvents()
  const title = useId()
  return (
    <section className="lk lk-panel lk-activity" aria-labelledby={title}>
      <Heading level={headingLevel} id={title}>
        {text('activity.title')}
      </Heading>
      <Advice {...links} />
      {loading ? <Loading error={error} /> : <LoadFailureOf error={error} />}
      {!loading && events.length === 0 && <p className="lk-muted">{text('activity.empty')}</p>}
      <ol className="lk-events">
        {withoutPairs(events).map(event => (
          <Entry
            key={event.id}
            event={event}
            links={links}
            isKnown={known.isKnown(event.id)}
            onKnown={() => known.know(event.id)}
          />
        ))}
      </ol>
      {hasMore && (
        <Button disabled={isLoadingMore} onClick={loadMore}>
          {text('action.show-more')}
        </Button>
      )}
    </section>
  )
}

/** A list that is there stays, also when a later read fails. */
function LoadFailureOf({ error }: { error: Error | null }) {
  return error === null ? null : <LoadFailure error={error} />
}
