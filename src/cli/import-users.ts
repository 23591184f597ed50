import { open } from 'node:fs/promises'
import { IsEmail } from 'typebox/format'
import { rolePattern } from '../access/permissions.ts'
import { hashFault } from '../account/hashing/password-hashes.ts'
import type { NewAccount } from '../account/ports.ts'
import { Problem } from '../errors.ts'
import type { Services } from '../services.ts'
import { createProgress } from './output.ts'

export type Imported = { created: number; unchanged: number; bad: { line: number; reason: string }[] }

type Line = { kind: 'user'; user: Omit<NewAccount, 'id'> } | { kind: 'bad'; reason: string }

/**
 * Line by line, each user in a transaction of its own: a run that breaks off is simply run again. An address that is
 * taken is left as it is. Reasons never quote the line: it holds a hash.
 */
export async function importUsers({ accounts }: Services, path: string): Promise<Imported> {
  const progress = createProgress()
  const result: Imported = { created: 0, unchanged: 0, bad: [] }
  let number = 0
  try {
    for await (const text of linesOf(path)) {
      number++
      // A byte order mark, which some systems put before the first line, is white space to `trim` and a fault to JSON.
      const trimmed = text.trim()
      if (trimmed === '') continue
      const line = readLine(trimmed)
      if (line.kind === 'bad') result.bad.push({ line: number, reason: line.reason })
      else if (await accounts.takeOver(line.user, 'cli')) result.created++
      else result.unchanged++
      progress.show(`${number} lines, ${result.created} created`)
    }
  } finally {
    progress.done()
  }
  return result
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await open(path).catch(unreadable)
  try {
    // It can be opened, and only its first read fails.
    if ((await file.stat()).isDirectory()) unreadable(new Error('it is a directory'))
    yield* file.readLines()
  } finally {
    await file.close()
  }
}

function unreadable(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error)
  throw new Problem('validation_failed', { detail: `the file cannot be read: ${reason}` })
}

function readLine(text: string): Line {
  const value = parsed(text)
  if (value === null) return bad('it is not a JSON object')
  const { email, passwordHash = null, roles = [], ...unknown } = value
  const [name] = Object.keys(unknown)
  if (name !== undefined) return bad('it has a field other than email, passwordHash and roles')
  if (typeof email !== 'string' || email.length > 254 || !IsEmail(email)) {
    return bad('email must be an e-mail address')
  }
  if (!isListOfRoles(roles)) return bad('roles must be a list of names with letters, digits and . _ : - only')
  if (passwordHash === null) return { kind: 'user', user: { email, passwordHash, roles } }
  if (typeof passwordHash !== 'string') return bad('passwordHash must be a text')
  const fault = hashFault(passwordHash)
  return fault === null ? { kind: 'user', user: { email, passwordHash, roles } } : bad(fault)
}

function bad(reason: string): Line {
  return { kind: 'bad', reason }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

function isListOfRoles(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(role => typeof role === 'string' && rolePattern.test(role))
}
