/**
 * Pure: the bytes of a base64 text, with or without padding; null when it is not base64, or not in the one spelling
 * that its bytes have (RFC 4648 §3.5).
 */
export function fromBase64(text: string): Buffer | null {
  const digits = withoutPadding(text)
  const bytes = Buffer.from(digits, 'base64')
  return toBase64(bytes) === digits ? bytes : null
}

/** Pure: as `fromBase64`, for the alphabet of Passlib's `ab64`, which has `.` in the place of `+`. */
export function fromAdaptedBase64(text: string): Buffer | null {
  return text.includes('+') ? null : fromBase64(text.replaceAll('.', '+'))
}

/** Without padding, as in the PHC string format. */
export function toBase64(bytes: Buffer | string): string {
  return withoutPadding(Buffer.from(bytes).toString('base64'))
}

function withoutPadding(text: string): string {
  if (!text.endsWith('=')) return text
  return text.endsWith('==') ? text.slice(0, -2) : text.slice(0, -1)
}
