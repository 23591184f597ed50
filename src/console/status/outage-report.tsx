import { OutageContext } from '@latchkey/react/parts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react'
import { askHealth, healthKey } from './health-query.ts'

const ClaimContext = createContext(false)

/** Whether a component reports the outage itself, so that the notice at the top has nothing to add. */
export function useIsClaimed(): boolean {
  return useContext(ClaimContext)
}

/** One message for one fact: components learn whether the notice reports an outage, and the notice whether they do. */
export function OutageReport({ children }: { children: ReactNode }) {
  const queries = useQueryClient()
  // The notice does the polling; this reads what it has learned.
  const { data } = useQuery({ queryKey: healthKey, queryFn: askHealth, enabled: false })
  const isKnown = data === 'no_database' || data === 'unreachable'
  const [claims, setClaims] = useState(0)
  const claim = useCallback(() => {
    setClaims(count => count + 1)
    return () => setClaims(count => count - 1)
  }, [])
  const report = useMemo(
    () => ({ isKnown, claim, onOutage: () => void queries.invalidateQueries({ queryKey: healthKey }) }),
    [isKnown, claim, queries],
  )
  return (
    <OutageContext value={report}>
      <ClaimContext value={claims > 0}>{children}</ClaimContext>
    </OutageContext>
  )
}
