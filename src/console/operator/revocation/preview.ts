import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useSettled } from '../../controls/settled.ts'
import { invalidValue, whatWentWrong } from '../../status/failure-words.ts'
import { fieldsOf, type Target } from './strategies.ts'

type Preview = {
  isReady: boolean
  /** Counted for exactly the target that is entered now, so that no operator confirms the number of another one. */
  data: AnswerTo<'GET /v1/admin/revocations/preview'> | undefined
  error: unknown
}

export function usePreview(target: Target): Preview {
  const client = useLatchkey()
  const settled = useSettled(target)
  const isReady = target.strategy === 'all' || target.value.trim() !== ''
  const isSettled = settled === target
  const { data, error } = useQuery({
    queryKey: ['preview', settled],
    queryFn: async () =>
      client.request('GET /v1/admin/revocations/preview', { query: await fieldsOf(client, settled) }),
    enabled: isReady && isSettled,
  })
  return { isReady, data: isSettled ? data : undefined, error: isSettled ? error : null }
}

/** A value that the service refuses is an error of its field, and not of the preview. */
export function previewInWords({ data, error, isReady }: Preview): string {
  if (!isReady || invalidValue(error) !== null) return 'A preview appears here.'
  if (error !== null) return whatWentWrong(error)
  if (data === undefined) return 'Counting…'
  const count = data.sessions === 1 ? '1 live session' : `${data.sessions.toLocaleString('en')} live sessions`
  return `This ends ${data.complete ? '' : 'at least '}${count}.`
}
