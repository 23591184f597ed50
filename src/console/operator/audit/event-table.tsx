import { useMemo } from 'react'
import { useText } from '../../text/text.tsx'
import { EventRow } from './event-row.tsx'
import type { LoggedEvent } from './export.ts'
import { groupsOf } from './groups.ts'
import { zoneName } from './times.ts'

/** On a phone each row becomes a block of its own, by the stylesheet. */
export function EventTable({ events }: { events: readonly LoggedEvent[] }) {
  const { text, locale } = useText()
  const groups = useMemo(() => groupsOf(events), [events])
  return (
    <div className="lk-panel table-panel">
      <table className="folding log">
        <caption className="lk-hidden">{text('audit.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{text('audit.time', { zone: zoneName(locale) })}</th>
            <th scope="col">{text('audit.event')}</th>
            <th scope="col">{text('audit.user')}</th>
            <th scope="col">{text('audit.from')}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(group => (
            <EventRow key={group.main.id} group={group} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
