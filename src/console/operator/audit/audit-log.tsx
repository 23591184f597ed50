import { useLatchkey } from '@latchkey/react'
import { Button, Failure, icons, Loading, useAction, useSettled } from '@latchkey/react/parts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { linkToQuery, replaceRoute, useRoute } from '../../shell/route.ts'
import { useText } from '../../text/text.tsx'
import { EventFilter } from './event-filter.tsx'
import { EventTable } from './event-table.tsx'
import { exportCsv, readPage } from './export.ts'
import { fieldErrors, filterOf, type Written, writtenIn } from './filter.ts'

/** The filters are in the address of the page, so that it can be sent to a colleague. */
export default function AuditLog() {
  const words = useText()
  const { text } = words
  const client = useLatchkey()
  const [written, setWritten] = useWritten()
  const asked = useSettled(written)
  const log = useInfiniteQuery({
    queryKey: ['log', asked],
    queryFn: async ({ pageParam }: { pageParam: string | undefined }) =>
      readPage(client, await filterOf(client, asked), 50, pageParam),
    initialPageParam: undefined,
    getNextPageParam: page => page.nextCursor,
  })
  const save = useAction({ task: async () => exportCsv(client, await filterOf(client, written)) })
  const errors = fieldErrors(log.error, words)
  const hasFieldError = Object.keys(errors).length > 0
  const events = useMemo(() => log.data?.pages.flatMap(page => page.events) ?? [], [log.data])
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{text('shell.audit-log')}</h1>
          <p>{text('audit.intro')}</p>
        </div>
        <Button disabled={save.isPending || events.length === 0} onClick={() => save.run()}>
          <icons.Download size={17} />
          {text(save.isPending ? 'audit.exporting' : 'audit.export')}
        </Button>
      </header>
      <EventFilter written={written} onChange={setWritten} errors={errors} />
      <Failure error={save.error} />
      {log.data === undefined && !hasFieldError && <Loading error={log.error} />}
      {log.data !== undefined && events.length === 0 && (
        <p className="lk-panel lk-muted">{text('audit.none')}</p>
      )}
      {events.length > 0 && <EventTable events={events} />}
      {log.hasNextPage && (
        <Button disabled={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {text('action.show-more')}
        </Button>
      )}
    </>
  )
}

/** `#audit-log/<id>`, as version 0.1 linked, shows the events of one user. */
function useWritten(): [Written, (written: Written) => void] {
  const { detail, query } = useRoute()
  const written = useMemo(() => {
    const inQuery = writtenIn(query)
    return detail === null ? inQuery : { ...inQuery, user: detail }
  }, [detail, query])
  const setWritten = (next: Written) => replaceRoute(linkToQuery('audit-log', next))
  useEffect(() => {
    if (detail !== null) replaceRoute(linkToQuery('audit-log', written))
  }, [detail, written])
  return [written, setWritten]
}
