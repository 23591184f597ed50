import { useSyncExternalStore } from 'react'
import { now } from './clock.ts'

const steps = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const complete = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** "2 minutes ago"; past a month the date. */
export function inWords(at: number, nowMs: number): string {
  const seconds = Math.round((at - nowMs) / 1000)
  if (Math.abs(seconds) < 60) return 'just now'
  if (Math.abs(seconds) > 30 * 86_400) return complete.format(at)
  const [unit, length] = steps.find(step => Math.abs(seconds) >= step[1]) ?? steps[2]
  return relative.format(Math.trunc(seconds / length), unit)
}

export function inFull(at: string): string {
  return complete.format(new Date(at))
}

const sameYear = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
})

/** With the year only where it is another one. */
export function inShort(at: string): string {
  const date = new Date(at)
  return (date.getFullYear() === new Date(now()).getFullYear() ? sameYear : complete).format(date)
}

const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

export function dayOf(at: string): string {
  return date.format(new Date(at))
}

/** "3 days": the largest unit that there is one of. */
export function lengthInWords(seconds: number): string {
  const [unit, length] = steps.find(step => seconds >= step[1]) ?? steps[2]
  const format = new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.round(seconds / length))
}

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One timer for every time on the page. */
function everySecond(listener: () => void): () => void {
  if (listeners.size === 0) {
    timer = setInterval(() => {
      for (const told of listeners) told()
    }, 1_000)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

/** The time in whole steps, so that nothing is drawn more often than it changes. */
export function useNow(stepMs = 10_000): number {
  return useSyncExternalStore(everySecond, () => Math.floor(now() / stepMs) * stepMs)
}

const withSeconds = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' })

/** "12:04:31". */
export function clockTimeOf(at: string): string {
  return withSeconds.format(new Date(at))
}

/** The date and the time. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={inFull(at)}>
      {inShort(at)}
    </time>
  )
}

/** How long ago, kept up to date. */
export function Ago({ at }: { at: string }) {
  const nowMs = useNow()
  return (
    <time dateTime={at} title={inFull(at)}>
      {inWords(Date.parse(at), nowMs)}
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
    <strong className="figures" role="timer" aria-live="off">{`${Math.floor(seconds / 60)}:${rest}`}</strong>
  )
}
