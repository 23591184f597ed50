/** By RFC 4180: lines end with CR and LF, and what needs quotes has them. */
export function csvOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('')
}

/** A spreadsheet would take what begins like this for a formula, and user agents are anybody's to choose. */
const formula = /^[=+\-@\t\r]/

function cell(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
