/** A log line for a terminal: `06:31:19.123 WARN  postgres is down  store=postgres reason="connect ECONNREFUSED"`. */

const colors = { fatal: 31, error: 31, warn: 33, info: 32, debug: 36, trace: 90 } as const

/** Fields that are shown first, or that are the same on every line. */
const shownApart = ['level', 'time', 'msg', 'pid', 'hostname']

/** `line` is a line of JSON as the logger writes it; anything else is returned unchanged. Stacks follow on separate lines. */
export function prettyLine(line: string, colored: boolean): string {
  const fields = parsed(line)
  if (fields === null) return line
  const { level, time, msg } = fields
  const paint = (code: number, text: string) => (colored ? `\u001b[${code}m${text}\u001b[39m` : text)
  const shown = Object.entries(fields).filter(([name]) => !shownApart.includes(name))
  const head = [
    paint(90, timeOfDay(time)),
    paint(colorOf(level), String(level).toUpperCase().padEnd(5)),
    printable(String(msg ?? '')),
  ]
  const pairs = shown.map(([name, value]) => `${paint(90, `${name}=`)}${inOneLine(value)}`)
  const tail = pairs.length === 0 ? '' : `  ${pairs.join(' ')}`
  const stacks = shown
    .flatMap(([, value]) => stacksOf(value))
    .map(frame => `\n    ${printable(frame.trim())}`)
  return `${head.join(' ')}${tail}${stacks.join('')}\n`
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

function colorOf(level: unknown): number {
  return Object.entries(colors).find(([name]) => name === level)?.[1] ?? 39
}

/** In the time zone of this machine, for readers at a terminal. */
function timeOfDay(time: unknown): string {
  const at = new Date(String(time))
  if (Number.isNaN(at.getTime())) return String(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function inOneLine(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@+-]+$/.test(value)) return value
  return printable(JSON.stringify(isError(value) ? messagesOf(value) : value))
}

type Logged = { message: string; stack?: string; cause?: unknown }

function isError(value: unknown): value is Logged {
  return typeof value === 'object' && value !== null && 'type' in value && 'message' in value
}

function messagesOf({ message, cause }: Logged): string {
  return isError(cause) ? `${message}; cause: ${messagesOf(cause)}` : message
}

function stacksOf(value: unknown): string[] {
  if (!isError(value)) return []
  const frames = (value.stack ?? '').split('\n').filter(line => line.trim() !== '')
  const causes = stacksOf(value.cause)
  return causes.length === 0 ? frames : [...frames, 'caused by', ...causes]
}

/** Text that a caller sent cannot control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}')
}
