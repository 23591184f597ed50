import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { useQuery } from '@tanstack/react-query'
import { useSettled } from '../../controls/settled.ts'
import { whatWentWrong } from '../../shell/words.ts'
import { fieldsOf, type Target } from './strategies.ts'

type Preview = {
  isReady: boolean
  /** Of the very target that is written now: nobody confirms a number that was another's. */
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

export function previewInWords({ data, error, isReady }: Preview): string {
  if (!isReady) return 'How many sessions it would end is shown here.'
  if (error !== null) return whatWentWrong(error)
  if (data === undefined) return 'Counting…'
  const count = data.sessions === 1 ? '1 live session' : `${data.sessions.toLocaleString('en')} live sessions`
  return `This would end ${data.complete ? '' : 'at least '}${count}.`
}
