/** The browser's clock, for what is shown only: "two minutes ago". Nothing is decided by it. */
export function now(): number {
  return Date.now()
}
