import { useMemo } from 'react'

/** Counts as bars, the longest first, each with its number. `counts` undefined: still loading. */
export function Shares({ title, counts }: { title: string; counts: Record<string, number> | undefined }) {
  const entries = useMemo(() => Object.entries(counts ?? {}).toSorted((a, b) => b[1] - a[1]), [counts])
  const most = entries[0]?.[1] ?? 1
  return (
    <section className="panel">
      <h3>{title}</h3>
      {entries.length === 0 && <p className="muted">{counts === undefined ? 'Loading…' : 'None'}</p>}
      <ul className="shares">
        {entries.map(([name, count]) => (
          <li key={name}>
            <span>{name.replaceAll('_', ' ')}</span>
            <meter min={0} max={most} value={count} aria-label={name} />
            <strong className="figures">{count.toLocaleString('en')}</strong>
          </li>
        ))}
      </ul>
    </section>
  )
}
