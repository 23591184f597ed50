/** By RFC 4180: lines end with CR and LF, and what needs quotes has them. */
export function csvOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('')
}

/**
 * A spreadsheet takes a cell that begins like this for a formula, and any caller chooses a user agent. The full-width
 * forms count (OWASP, "CSV Injection"), and blanks before the sign do not help. Where lists are separated by semicolons,
 * a cell begins behind one of them as well.
 */
const formula = /(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠]|[\t\r])/g

function cell(text: string): string {
  const harmless = text.replaceAll(formula, "$1'")
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
