import { useEffect, useState } from 'react'

const settleMs = 250

/** What has been written, once it has not changed for a moment: nothing is asked for each letter. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
