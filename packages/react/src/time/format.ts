import type { en } from '../messages/en.ts'
import type { Text } from '../text/format.ts'
import { now } from './clock.ts'

type Words = Pick<Text<typeof en.messages>, 'text' | 'locale'>

const steps = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** Making a format takes longer than using one. */
const formats = new Map<string, Intl.DateTimeFormat>()

function written(at: number, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale} ${JSON.stringify(options)}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, format)
  return format.format(at)
}

const complete = { dateStyle: 'medium', timeStyle: 'short' } as const
const exact = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const
const sameYear = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const

/** "2 minutes ago"; past a month the date. */
export function timeAgo(at: number, nowMs: number, { text, locale }: Words): string {
  const seconds = Math.round((at - nowMs) / 1000)
  if (Math.abs(seconds) < 60) return text('time.just-now')
  if (Math.abs(seconds) > 30 * 86_400) return written(at, locale, complete)
  const [unit, length] = steps.find(step => Math.abs(seconds) >= step[1]) ?? steps[2]
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return relative.format(Math.trunc(seconds / length), unit)
}

/** The date and the time, with seconds and time zone. */
export function exactTime(at: string, locale: string): string {
  return written(Date.parse(at), locale, exact)
}

/** The date and the time, with the year only where it is another one. */
export function shortTime(at: string, locale: string): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now()).getFullYear()
  return written(Date.parse(at), locale, isThisYear ? sameYear : complete)
}

export function dayOf(at: string, locale: string): string {
  return written(Date.parse(at), locale, { dateStyle: 'medium' })
}

/** "12:04:31". */
export function clockTime(at: string, locale: string): string {
  return written(Date.parse(at), locale, { timeStyle: 'medium', hourCycle: 'h23' })
}

/** "3 days": the largest unit that there is one of. */
export function duration(seconds: number, locale: string): string {
  const [unit, length] = steps.find(step => seconds >= step[1]) ?? steps[2]
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.round(seconds / length))
}
