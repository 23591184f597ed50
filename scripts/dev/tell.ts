import pc from 'picocolors'

export function tell(what: string, text: string): void {
  console.log(`${pc.cyan(what.padEnd(9))} ${text}`)
}
