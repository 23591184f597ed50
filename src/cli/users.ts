import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { Problem } from '../errors.ts'
import type { Services } from '../services.ts'
import { collectRole, parseEmail, parseId } from './arguments.ts'
import { importUsers } from './import-users.ts'
import { print } from './output.ts'
import { withServices } from './with-services.ts'

export function userCommands(program: Command): void {
  const users = program.command('users').description('people who may sign in')

  users
    .command('create')
    .description('create a user and print the id as JSON')
    .requiredOption('--email <address>', 'without regard to case', parseEmail)
    .option('--role <role>', 'may be given several times', collectRole, [])
    .option('--password-stdin', 'read the password from standard input; without it the user has none')
    .action(async (options: { email: string; role: string[]; passwordStdin?: boolean }) => {
      const password = options.passwordStdin ? await readPassword() : null
      await withServices(async ({ accounts }) => {
        const { id } = await accounts.register(
          { email: options.email, password, roles: options.role },
          { actor: 'cli', origin: { ipAddress: null, userAgent: null } },
        )
        process.stdout.write(`${JSON.stringify({ id })}\n`)
      })
    })

  users
    .command('import')
    .description(
      'take over users of another system, with their password hashes; those that are here already stay',
    )
    .argument('<file>', 'one JSON object a line: {"email", "passwordHash"?, "roles"?}; docs/migrate.md')
    .action(async (file: string, _options: unknown, command: Command) => {
      await withServices(async services => {
        const result = await importUsers(services, file)
        const { created, unchanged, bad } = result
        print(command, result, `created ${created}, unchanged ${unchanged}, bad lines ${bad.length}`)
        for (const { line, reason } of bad) process.stderr.write(`line ${line}: ${reason}\n`)
        if (bad.length > 0) process.exitCode = 1
      })
    })

  users
    .command('roles')
    .description('set the roles of a user: those that are given, and no others')
    .argument('<id>', 'of the user', parseId)
    .option('--role <role>', 'may be given several times; without any the user has none', collectRole, [])
    .action(async (id: string, options: { role: string[] }, command: Command) => {
      await withServices(async ({ roles }) => {
        const changed = await roles.change(id, options.role, 'cli')
        if (changed === null) throw new Problem('not_found', { detail: `there is no user ${id}` })
        print(command, { id, roles: changed }, `${id} has ${changed.join(', ') || 'no roles'}`)
      })
    })

  const verbs = [
    { verb: 'disable', done: 'disabled', description: 'end the sessions of a user, and refuse new ones' },
    { verb: 'enable', done: 'enabled', description: 'let a disabled user sign in again' },
    {
      verb: 'delete',
      done: 'deleted',
      description: 'end the sessions of a user and delete what is personal',
    },
    {
      verb: 'unlock',
      done: 'unlocked',
      description: 'forget the failed sign-ins of a user, who may try again at once',
    },
  ] as const
  for (const { verb, done, description } of verbs) {
    users
      .command(verb)
      .description(description)
      .argument('<id>', 'of the user', parseId)
      .action(async (id: string, _options: unknown, command: Command) => {
        await withServices(services => change(services, verb, id))
        print(command, { id }, `${done} ${id}`)
      })
  }
}

type Verb = 'disable' | 'enable' | 'delete' | 'unlock'

async function change(services: Services, verb: Verb, id: string): Promise<void> {
  const found = await services.accounts[verb](id, 'cli')
  if (!found) throw new Problem('not_found', { detail: `there is no user ${id}` })
}

/** All of standard input, but for one line break at its end. */
async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
