import type { DeviceSession, TokenStatus } from '@latchkey/client'
import { useCallback, useSyncExternalStore } from 'react'
import { useProvided } from '../provider/context.ts'
import { useTokenStatus } from '../session/session.ts'
import { noDevices } from './device-list.ts'

export type UseSessionManagement = {
  /** The devices on which the user is signed in, newest sign-in first. */
  sessions: readonly DeviceSession[]
  currentSession: DeviceSession | null
  tokenStatus: TokenStatus
  /** The access token is nearly over, or over. The client refreshes by itself when it is used. */
  needsRefresh: boolean
  revokeSession(id: string): Promise<void>
  /** Resolves to how many. */
  revokeOthers(): Promise<number>
  rename(id: string, deviceName: string): Promise<DeviceSession>
  /** Gets the list anew. */
  reload(): Promise<void>
  /** Gets a new pair of tokens, and the list anew. */
  refresh(): Promise<void>
  /** Until the list is there for the first time. */
  loading: boolean
  /** Why the last of these calls failed; they also throw it. */
  error: Error | null
}

/** A user's devices. Loaded when the first component needs them. */
export function useSessionManagement(): UseSessionManagement {
  const { client, devices } = useProvided()
  const { sessions, loading, error } = useSyncExternalStore(
    devices.subscribe,
    devices.snapshot,
    () => noDevices,
  )
  const tokenStatus = useTokenStatus()
  const refresh = useCallback(async () => {
    await client.refresh()
    await devices.reload()
  }, [client, devices])
  return {
    sessions,
    currentSession: sessions.find(session => session.current) ?? null,
    tokenStatus,
    needsRefresh: tokenStatus === 'due' || tokenStatus === 'expired',
    revokeSession: devices.revokeSession,
    revokeOthers: devices.revokeOthers,
    rename: devices.rename,
    reload: devices.reload,
    refresh,
    loading,
    error,
  }
}
