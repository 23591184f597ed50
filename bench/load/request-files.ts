import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message, MessageFile, TokenFile } from './job.ts'

/** Requests for the generator, in files: 50,000 tokens are too many to be sent to it before each round. */
export type RequestFiles = {
  /** The same list of messages goes into the same file. */
  messages(messages: readonly Message[]): MessageFile
  tokens(tokens: readonly string[]): TokenFile
}

export function createRequestFiles(folder: string): RequestFiles {
  const written = new Map<readonly unknown[], string>()

  function write(list: readonly unknown[], lines: () => string[]): string {
    const known = written.get(list)
    if (known !== undefined) return known
    const file = join(folder, `requests-${written.size}`)
    writeFileSync(file, `${lines().join('\n')}\n`)
    written.set(list, file)
    return file
  }

  return {
    messages: messages => write(messages, () => messages.map(message => JSON.stringify(message))),
    tokens: tokens => write(tokens, () => [...tokens]),
  }
}
