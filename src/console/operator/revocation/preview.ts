import type { AnswerTo } from '@latchkey/client'
import { useLatchkey } from '@latchkey/react'
import { failureText, useSettled } from '@latchkey/react/parts'
import { useQuery } from '@tanstack/react-query'
import type { useText } from '../../text/text.tsx'
import { fieldError } from '../people/no-such-user.ts'
import { fieldsOf, type Target } from './strategies.ts'

export type Preview = {
  /** Something is entered. */
  isReady: boolean
  /** Undefined until exactly this target was counted. */
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
export function previewText({ data, error, isReady }: Preview, words: ReturnType<typeof useText>): string {
  const { text } = words
  if (!isReady || fieldError(error, words) !== null) return text('revocation.preview-empty')
  if (error !== null) return failureText(error, words)
  if (data === undefined) return text('revocation.preview-counting')
  const key = data.complete ? 'revocation.preview' : 'revocation.preview-at-least'
  return text(key, { count: data.sessions })
}
