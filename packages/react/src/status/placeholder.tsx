import { useText } from '../text/text.tsx'
import { LoadFailure } from './failure.tsx'
import { isOutage } from './outage.ts'

/** In place of what is loading. */
export function Placeholder() {
  const { text } = useText()
  return (
    <div className="lk-placeholder" role="status">
      <span className="lk-hidden">{text('loading.label')}</span>
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
      {(error === null || error === undefined || isOutage(error)) && <Placeholder />}
    </>
  )
}
