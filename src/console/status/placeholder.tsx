import { LoadFailure } from './failure.tsx'
import { isOutage } from './failure-words.ts'

/** In place of a page that is loading. */
export function Placeholder() {
  return (
    <div className="placeholder" role="status">
      <span className="hidden">Loading…</span>
      <div />
      <div />
      <div />
    </div>
  )
}

/** In place of data that has not arrived, or could not be loaded. After an outage it still arrives by itself. */
export function Loading({ error }: { error: unknown }) {
  return (
    <>
      <LoadFailure error={error} />
      {(error === null || isOutage(error)) && <Placeholder />}
    </>
  )
}
