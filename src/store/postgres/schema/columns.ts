import { customType } from 'drizzle-orm/pg-core'
import type { Instant } from '../../../clock.ts'

/** `timestamptz` as milliseconds since the epoch, with microseconds as their fraction. */
export const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => 'timestamp with time zone',
  fromDriver: parseInstant,
  toDriver: value => new Date(value).toISOString(),
})

/** Postgres writes up to six digits behind the point; a `Date` would keep three. */
function parseInstant(text: string): Instant {
  const [, micros = ''] = /\.\d{3}(\d{1,3})/.exec(text) ?? []
  return new Date(text).getTime() + Number(micros.padEnd(3, '0')) / 1000
}

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

export const inet = customType<{ data: string; driverData: string }>({ dataType: () => 'inet' })

/** Which transactions a reader has seen. */
export const pgSnapshot = customType<{ data: string; driverData: string }>({ dataType: () => 'pg_snapshot' })

/** A transaction's number; never wraps, so it can be compared over years. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' })
