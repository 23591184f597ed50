/**
 * What makes a text unusable, or nothing. Postgres refuses NUL in a text, and a lone surrogate has no UTF-8 form
 * (RFC 8259 §8.2): either would come back from a store as a failure of ours.
 */
export function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain a NUL character'
  if (!text.isWellFormed()) return 'must be well-formed Unicode, without lone surrogates'
  return undefined
}
