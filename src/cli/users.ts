import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { ListedUser } from '../store/operator/directory.ts'
import { byCli } from './actor.ts'
import { collectRole, parseCount, parseEmail, parseUser, type UserReference } from './arguments.ts'
import { confirm, requireConfirmable } from './confirm.ts'
import { explain, explainGroup } from './help.ts'
import { isoTime, print, sessionsInWords, table } from './output.ts'
import { findUser, idOf, noUser } from './users/find-user.ts'
import { importUsers } from './users/import-users.ts'
import { withServices } from './with-services.ts'

const userArgument = ['<user>', 'email address or id', parseUser] as const

export function userCommands(program: Command): void {
  const users = explainGroup(program.command('users').description('manage users'))
  create(users)
  importFile(users)
  find(users)
  show(users)
  roles(users)
  for (const end of ['disable', 'delete'] as const) endUser(users, end)
  for (const reopen of ['enable', 'unlock'] as const) reopenUser(users, reopen)
}

function create(users: Command): void {
  const command = users
    .command('create')
    .description('create a user and print the id as JSON')
    .requiredOption('--email <address>', 'case does not matter', parseEmail)
    .option('--role <role>', 'repeat for several roles', collectRole, [])
    .option(
      '--password-stdin',
      'read the password from standard input; without this option the user has no password, and only a service can open sessions for the user',
    )
    .action(async (options: { email: string; role: string[]; passwordStdin?: boolean }) => {
      const password = options.passwordStdin ? await readPassword() : null
      await withServices(async ({ accounts }) => {
        const { id } = await accounts.register({ email: options.email, password, roles: options.role }, byCli)
        process.stdout.write(`${JSON.stringify({ id })}\n`)
        if (password === null) process.stderr.write(withoutPassword(options.email))
      })
    })
  explain(command, 'server', [
    'users create --email ada@example.com --password-stdin < password.txt',
    'users create --email olga@example.com --role admin --role support --password-stdin < password.txt',
  ])
}

/** What a new user without a password needs. */
function withoutPassword(email: string): string {
  return `latchkey: ${email} has no password and cannot sign in with one. Either a service opens sessions for the user (service key with the scope sessions:create), or delete the user and create it again with --password-stdin.
`
}

/** Standard input without the line break at its end. */
async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

function importFile(users: Command): void {
  const command = users
    .command('import')
    .description('import users with password hashes; existing users are left unchanged')
    .argument(
      '<file>',
      'one JSON object per line: {"email", "passwordHash"?, "roles"?} (see docs/guides/migrate.md)',
    )
    .action(async (file: string, _options: unknown, self: Command) => {
      await withServices(async services => {
        const result = await importUsers(services, file)
        const { created, unchanged, bad } = result
        print(self, result, `created ${created}, unchanged ${unchanged}, bad lines ${bad.length}`)
        for (const { line, reason } of bad) process.stderr.write(`line ${line}: ${reason}\n`)
        if (bad.length > 0) process.exitCode = 1
      })
    })
  explain(command, 'server', ['users import users.jsonl'])
}

function find(users: Command): void {
  const command = users
    .command('find')
    .description('list users by the beginning of their email address')
    .argument('<prefix>', 'beginning of the address; case does not matter')
    .option('--limit <count>', 'maximum number of users', parseCount, 100)
    .action(async (prefix: string, { limit }: { limit: number }, self: Command) => {
      await withServices(async ({ directory }) => {
        const { users } = await directory.search(prefix, { limit, cursor: null })
        const listed = users.map(userView)
        const rows = listed.map(user => ({
          ...user,
          roles: user.roles.join(' '),
          disabled: `${user.disabled}`,
        }))
        print(self, listed, table(rows, 'no matching users'))
      })
    })
  explain(command, 'server', ['users find ada@', 'users find a --limit 20 --json'])
}

function show(users: Command): void {
  const command = users
    .command('show')
    .description('show a user')
    .argument(...userArgument)
    .action(async (reference: UserReference, _options: unknown, self: Command) => {
      await withServices(async services => {
        const user = await findUser(services, reference)
        const { sessions } = await services.revocationPreview.count({ strategy: 'user', userId: user.id })
        const result = { ...userView(user), liveSessions: sessions }
        const rows = Object.entries({ ...result, roles: result.roles.join(' ') || null }).map(
          ([field, value]) => ({ field, value: value === null ? null : String(value) }),
        )
        print(self, result, table(rows, ''))
      })
    })
  explain(command, 'server', ['users show ada@example.com'])
}

function userView({ id, email, roles, disabled, createdAt }: ListedUser) {
  return { id, email, roles, disabled, createdAt: isoTime(createdAt) }
}

function roles(users: Command): void {
  const command = users
    .command('roles')
    .description("replace a user's roles")
    .argument(...userArgument)
    .option(
      '--role <role>',
      'repeat for several roles; without this option the user has none',
      collectRole,
      [],
    )
    .action(async (reference: UserReference, options: { role: string[] }, self: Command) => {
      await withServices(async services => {
        const id = await idOf(services, reference)
        const roles = [...new Set(options.role)].sort()
        if (!(await services.accounts.change(id, { roles }, byCli))) noUser(id)
        print(self, { id, roles }, `${named(reference, id)} has ${roles.join(', ') || 'no roles'}`)
      })
    })
  explain(command, 'server', [
    'users roles ada@example.com --role support',
    'users roles ada@example.com    # no roles',
  ])
}

const ends = {
  disable: { done: 'disabled', description: "revoke a user's sessions and refuse new ones" },
  delete: { done: 'deleted', description: "revoke a user's sessions and delete the user's personal data" },
} as const

type EndOptions = { dryRun?: true; confirm?: string }

function endUser(users: Command, verb: keyof typeof ends): void {
  const { done, description } = ends[verb]
  const isFinal = verb === 'delete'
  const command = users
    .command(verb)
    .description(description)
    .argument(...userArgument)
    .option('--dry-run', 'show how many live sessions would end, and change nothing')
  if (isFinal) command.option('--confirm <user>', 'the email address or id again; asked for on a terminal')
  command.action(async (reference: UserReference, options: EndOptions, self: Command) => {
    const given = reference.kind === 'id' ? reference.id : reference.email
    if (isFinal && !options.dryRun) requireConfirmable(self, options.confirm, given)
    await withServices(async services => {
      const user = await findUser(services, reference)
      const { id, email } = user
      if (options.dryRun || isFinal) {
        const { sessions } = await services.revocationPreview.count({ strategy: 'user', userId: id })
        if (options.dryRun) {
          const words = `would have ${done} ${email} (${id}) and ended ${sessionsInWords(sessions)}`
          return print(self, { dryRun: true, id, liveSessions: sessions }, words)
        }
        const question = `This deletes ${email} (${id}) and ends ${sessionsInWords(sessions)}. It cannot be undone.`
        await confirm(self, { given: options.confirm, expected: [email, id], question })
      }
      if (!(await services.accounts[verb](id, byCli))) noUser(id)
      print(self, { id }, `${done} ${named(reference, id)}`)
    })
  })
  explain(command, 'server', [
    `users ${verb} ada@example.com --dry-run`,
    `users ${verb} ada@example.com${isFinal ? ' --confirm ada@example.com' : ''}`,
  ])
}

const reopenings = {
  enable: { done: 'enabled', description: 'let a disabled user sign in again' },
  unlock: { done: 'unlocked', description: "unlock a user's sign-in after too many failed attempts" },
} as const

function reopenUser(users: Command, verb: keyof typeof reopenings): void {
  const { done, description } = reopenings[verb]
  const command = users
    .command(verb)
    .description(description)
    .argument(...userArgument)
    .action(async (reference: UserReference, _options: unknown, self: Command) => {
      await withServices(async services => {
        const id = await idOf(services, reference)
        if (!(await services.accounts[verb](id, byCli))) noUser(id)
        print(self, { id }, `${done} ${named(reference, id)}`)
      })
    })
  explain(command, 'server', [`users ${verb} ada@example.com`])
}

function named(reference: UserReference, id: string): string {
  return reference.kind === 'id' ? id : `${reference.email} (${id})`
}
