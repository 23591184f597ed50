import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { rolePattern } from '../../access/permissions.ts'
import type { ImportedUser, PreparedUser } from '../../account/accounts.ts'
import { canonicalEmail } from '../../account/email.ts'
import { readImportedHash } from '../../account/hashing/imported/read.ts'
import { Problem } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { byCli } from '../actor.ts'
import { createProgress } from '../output.ts'

export type Imported = { created: number; unchanged: number; bad: { line: number; reason: string }[] }

type Line = { kind: 'user'; user: ImportedUser } | { kind: 'bad'; reason: string }
/** `user` is null if the address is taken. */
type Prepared = { kind: 'user'; user: PreparedUser | null } | { kind: 'bad'; reason: string }

/** Hashes are computed on every core, some lines ahead of the line that is written. */
const linesAhead = availableParallelism() * 2

/**
 * Imports each user in a transaction of its own, in the order of the lines, so an interrupted import can be repeated. A
 * user whose address is taken is not changed. Reasons never quote the line, which contains a hash.
 */
export async function importUsers({ accounts }: Services, path: string): Promise<Imported> {
  const progress = createProgress()
  const result: Imported = { created: 0, unchanged: 0, bad: [] }
  const ahead: { line: number; prepared: Promise<Prepared> }[] = []

  async function writeNext(): Promise<void> {
    const next = ahead.shift()
    if (next === undefined) return
    const { line } = next
    const prepared = await next.prepared
    if (prepared.kind === 'bad') result.bad.push({ line, reason: prepared.reason })
    else if (prepared.user !== null && (await accounts.importUser(prepared.user, byCli))) result.created++
    else result.unchanged++
    progress.show(`${line} lines, ${result.created} created`)
  }

  try {
    for await (const { line, text } of linesOf(path)) {
      const prepared = prepare(accounts, text)
      // A line ahead that fails is reported when its turn comes.
      prepared.catch(() => undefined)
      ahead.push({ line, prepared })
      if (ahead.length > linesAhead) await writeNext()
    }
    while (ahead.length > 0) await writeNext()
  } finally {
    progress.done()
  }
  return result
}

async function prepare(accounts: Services['accounts'], text: string): Promise<Prepared> {
  const line = readLine(text)
  return line.kind === 'bad' ? line : { kind: 'user', user: await accounts.prepareImport(line.user) }
}

/** The lines that are not empty, with their numbers. */
async function* linesOf(path: string): AsyncGenerator<{ line: number; text: string }> {
  const file = await open(path).catch(unreadable)
  try {
    // A directory can be opened; only reading it fails.
    if ((await file.stat()).isDirectory()) unreadable(new Error('it is a directory'))
    let line = 0
    for await (const text of file.readLines()) {
      line++
      // Some systems write a byte order mark before the first line. `trim` removes it; JSON.parse would reject it.
      const trimmed = text.trim()
      if (trimmed !== '') yield { line, text: trimmed }
    }
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
  const { email: address, passwordHash = null, roles = [], ...unknown } = value
  const [name] = Object.keys(unknown)
  if (name !== undefined) return bad('it has an unknown field; the fields are email, passwordHash and roles')
  const email = typeof address === 'string' ? canonicalEmail(address) : null
  if (email === null) return bad('email must be an email address (docs/guides/migrate.md)')
  if (!isListOfRoles(roles))
    return bad('roles must be a list of names that contain only letters, digits and . _ : -')
  const reading = readImportedHash(passwordHash)
  if (reading.kind === 'refused') return bad(reading.reason)
  return { kind: 'user', user: { email, hash: reading.kind === 'hash' ? reading.hash : null, roles } }
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
