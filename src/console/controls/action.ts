import { type UseMutationOptions, useMutation } from '@tanstack/react-query'
import { useRef } from 'react'

/**
 * Something that a person has done here. A second click before the first one is through does nothing: a button is
 * disabled a moment too late for that.
 */
export function useAction<Result, Input = void>(options: UseMutationOptions<Result, Error, Input>) {
  const isRunning = useRef(false)
  const { mutate, isPending, isSuccess, data, error } = useMutation({
    ...options,
    onSettled() {
      isRunning.current = false
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
