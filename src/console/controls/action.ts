import { type UseMutationOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { isOutage } from '../status/failure-words.ts'
import { healthKey } from '../status/health.tsx'

/**
 * An action of the user. A second click before the first one has finished does nothing: a button is disabled a moment
 * too late for that. An outage is shown by the notice right away.
 */
export function useAction<Result, Input = void>(options: UseMutationOptions<Result, Error, Input>) {
  const isRunning = useRef(false)
  const queries = useQueryClient()
  const { mutate, isPending, isSuccess, data, error } = useMutation({
    ...options,
    onSettled(_result, error) {
      isRunning.current = false
      if (isOutage(error)) void queries.invalidateQueries({ queryKey: healthKey })
    },
  })
  return {
    isPending,
    isSuccess,
    data,
    error,
    run(input: Input): void {
      if (isRunning.current) return
      isRunning.current = true
      mutate(input)
    },
  }
}
