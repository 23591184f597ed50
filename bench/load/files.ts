import { readFileSync } from 'node:fs'
import type { Message } from './job.ts'

const known = new Map<string, readonly string[]>()

/** The lines of a file, read once: jobs of several rounds share it. */
export function linesOf(file: string): readonly string[] {
  const read = known.get(file) ?? readFileSync(file, 'utf8').trimEnd().split('\n')
  known.set(file, read)
  return read
}

const parsed = new Map<string, readonly Message[]>()

export function messagesOf(file: string): readonly Message[] {
  const messages = parsed.get(file) ?? linesOf(file).map((line): Message => JSON.parse(line))
  parsed.set(file, messages)
  return messages
}
