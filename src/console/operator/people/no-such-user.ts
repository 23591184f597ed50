import { invalidValue } from '@latchkey/react/parts'
import type { useText } from '../../text/text.tsx'

/** The text in a field names no user. */
export class NoSuchUser extends Error {}

/** What is wrong with the value of a field; null: the error is about something else. */
export function fieldError(error: unknown, words: ReturnType<typeof useText>): string | null {
  if (error instanceof NoSuchUser) return words.text('person.no-such-email')
  return invalidValue(error, words)
}
