import { useMemo } from 'react'
import { useText } from '../../text/text.tsx'

/** Counts as bars, the longest first, each with its number. `counts` undefined: still loading. */
export function Shares({ title, counts }: { title: string; counts: Record<string, number> | undefined }) {
  const { text, locale } = useText()
  const entries = useMemo(() => Object.entries(counts ?? {}).toSorted((a, b) => b[1] - a[1]), [counts])
  const most = entries[0]?.[1] ?? 1
  const empty = counts === undefined ? 'overview.loading' : 'overview.none'
  return (
    <section className="lk-panel">
      <h2>{title}</h2>
      {entries.length === 0 && <p className="lk-muted">{text(empty)}</p>}
      <ul className="shares">
        {entries.map(([name, count]) => (
          <li key={name}>
            <span>{name.replaceAll('_', ' ')}</span>
            <meter min={0} max={most} value={count} aria-label={name} />
            <strong className="lk-figures">{count.toLocaleString(locale)}</strong>
          </li>
        ))}
      </ul>
    </section>
  )
}
