'use client'

/** What the components are made of, for the console. Not covered by semantic versioning. */
export { type Action, useAction } from './controls/action.ts'
export { Button, IconButton } from './controls/button.tsx'
export { Confirm } from './controls/dialog.tsx'
export { Field, Select } from './controls/field.tsx'
export * as icons from './controls/icons.tsx'
export { useSettled } from './controls/settled.ts'
export { deviceText, nameOf } from './devices/device.tsx'
export { SessionCard } from './devices/session-card.tsx'
export { usePoll, usePollMs } from './presence/presence.ts'
export { useSignOut } from './session/sign-out.ts'
export { Done } from './status/done.tsx'
export { Alert, Failure, LoadFailure } from './status/failure.tsx'
export { failureText, invalidValue } from './status/failure-text.ts'
export { isLatchkeyError, isOutage, OutageContext } from './status/outage.ts'
export { Loading, Placeholder } from './status/placeholder.tsx'
export {
  type Catalog,
  createText,
  type Message,
  type Messages,
  type PlainKey,
  type Text,
} from './text/format.ts'
export { useText } from './text/text.tsx'
export { now, setClockBy } from './time/clock.ts'
export { clockTime, dayOf, duration, exactTime, shortTime, timeAgo } from './time/format.ts'
export { useNow } from './time/now.ts'
export { Ago, Countdown, Exact, Moment } from './time/time.tsx'
