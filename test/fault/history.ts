import { createHash } from 'node:crypto'
import { startPace } from './pace.ts'

export type OperationKind =
  | 'sign_in'
  | 'verify'
  | 'refresh'
  | 'list'
  | 'revoke'
  | 'logout'
  | 'others'
  | 'password'

/** One call of one client, as the client saw it. Times are milliseconds on the one clock of the test's process. */
export type Operation = {
  op: OperationKind
  user: string
  /** Whose token was presented; at a sign-in, the session that it made. */
  session: string | null
  /** Of a `revoke`: which session is to end. */
  target: string | null
  /** Of the presented token; null where none was. */
  generation: number | null
  /** A refresh token, shortened beyond use. */
  presented: string | null
  /** The pair that came back. */
  issued: { generation: number; pair: string } | null
  /** The client presented a spent token on purpose. */
  stale: boolean
  start: number
  end: number
  instance: string
  /** 0: there was no answer. */
  status: number
  /** The problem's code, or how the connection failed. */
  code: string | null
}

/** What is known of a call before it is made. */
export type Intent = Pick<Operation, 'op' | 'user' | 'instance'> &
  Partial<Pick<Operation, 'session' | 'target' | 'generation' | 'presented' | 'stale'>>

export type History = {
  operations: readonly Operation[]
  add(operation: Operation): void
  now(): number
  /** Milliseconds between two moments, less what the machine withheld: that is not the service's doing. */
  undisturbedMs(from: number, to: number): number
  close(): void
}

export type Interval = { from: number; to: number }

export function createHistory(): History {
  const operations: Operation[] = []
  const pace = startPace()
  return {
    operations,
    undisturbedMs: pace.undisturbedMs,
    add: operation => void operations.push(operation),
    now: () => performance.now(),
    close: pace.close,
  }
}

/** Enough to tell tokens apart in a report, and to sign nobody in. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}

/** Whether the service did what it was asked, as far as the client can know. */
export function succeeded(operation: Operation): boolean {
  return operation.status >= 200 && operation.status < 300
}

/** No answer, or one that says that there is none. */
export function failed(operation: Operation): boolean {
  return operation.status === 0 || operation.status >= 500
}
