import type { LatchkeyError } from '@latchkey/client'
import { createContext, useContext, useEffect } from 'react'

/** By its name, so that this package brings no second copy of the client's class along. */
export function isLatchkeyError(error: unknown): error is LatchkeyError {
  return error instanceof Error && error.name === 'LatchkeyError'
}

/** Whether the service was unavailable, which says nothing about the user or the request. */
export function isOutage(error: unknown): boolean {
  return isLatchkeyError(error) && (error.status === 0 || error.status >= 500)
}

export type OutageReport = {
  /** The page reports an outage already, so the components need not. */
  isKnown: boolean
  /** A call met an outage. */
  onOutage(): void
  /** A component reports the outage itself, until it calls what this returns. */
  claim(): () => void
}

export const OutageContext = createContext<OutageReport>({
  isKnown: false,
  onOutage() {},
  claim: () => () => {},
})

export function useOutage(): OutageReport {
  return useContext(OutageContext)
}

/** Reports an outage in place of the page. */
export function useClaim(isOutageShown: boolean): void {
  const { claim } = useOutage()
  useEffect(() => (isOutageShown ? claim() : undefined), [claim, isOutageShown])
}
