import { useText } from '../text/text.tsx'
import { exactTime, shortTime, timeAgo } from './format.ts'
import { useNow } from './now.ts'

/** The date and the time. */
export function Moment({ at }: { at: string }) {
  const { locale } = useText()
  return (
    <time dateTime={at} title={exactTime(at, locale)}>
      {shortTime(at, locale)}
    </time>
  )
}

/** The date and the time, with seconds and time zone. */
export function Exact({ at }: { at: string }) {
  const { locale } = useText()
  return <time dateTime={at}>{exactTime(at, locale)}</time>
}

/** How long ago, kept up to date. */
export function Ago({ at }: { at: string }) {
  const words = useText()
  const nowMs = useNow()
  return (
    <time dateTime={at} title={exactTime(at, words.locale)}>
      {timeAgo(Date.parse(at), nowMs, words)}
    </time>
  )
}

/** "14:05": the minutes and seconds left. */
export function Countdown({ until }: { until: number }) {
  // `useNow` is up to a second behind, so a part of a second is not one more.
  const seconds = Math.max(0, Math.floor((until - useNow(1_000)) / 1000))
  const rest = String(seconds % 60).padStart(2, '0')
  // Shown every second, but not announced every second.
  return (
    <strong
      className="lk-figures"
      role="timer"
      aria-live="off"
    >{`${Math.floor(seconds / 60)}:${rest}`}</strong>
  )
}
