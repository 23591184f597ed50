import { useRef, useState } from 'react'
import { isOutage, useOutage } from '../status/outage.ts'

type State<Result> =
  | { kind: 'idle' }
  | { kind: 'pending' }
  | { kind: 'done'; result: Result }
  | { kind: 'failed'; error: Error }

type Options<Result, Input> = {
  task: (input: Input) => Promise<Result>
  onStart?: (input: Input) => void
  onSuccess?: (result: Result) => void | Promise<void>
  onError?: (error: Error) => void
}

export type Action<Result, Input> = {
  isPending: boolean
  isDone: boolean
  /** Null unless it is done. */
  result: Result | null
  error: Error | null
  run(input: Input): void
}

/** An action of the user. A second click before the first one has finished does nothing. */
export function useAction<Result, Input = void>(options: Options<Result, Input>): Action<Result, Input> {
  const [state, setState] = useState<State<Result>>({ kind: 'idle' })
  // A button is disabled a moment too late.
  const isRunning = useRef(false)
  const { onOutage } = useOutage()

  async function run(input: Input): Promise<void> {
    if (isRunning.current) return
    isRunning.current = true
    setState({ kind: 'pending' })
    options.onStart?.(input)
    try {
      const result = await options.task(input)
      await options.onSuccess?.(result)
      setState({ kind: 'done', result })
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      setState({ kind: 'failed', error })
      options.onError?.(error)
      if (isOutage(error)) onOutage()
    } finally {
      isRunning.current = false
    }
  }

  return {
    isPending: state.kind === 'pending',
    isDone: state.kind === 'done',
    result: state.kind === 'done' ? state.result : null,
    error: state.kind === 'failed' ? state.error : null,
    run: input => void run(input),
  }
}
