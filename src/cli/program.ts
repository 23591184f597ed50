import { Command } from 'commander'
import { version } from '../version.ts'
import { cleanupCommand } from './cleanup.ts'
import { eventsCommand } from './events.ts'
import { explain } from './help.ts'
import { keyCommands } from './keys.ts'
import { print } from './output.ts'
import { serviceKeyCommands } from './service-keys.ts'
import { sessionCommands } from './sessions.ts'
import { statisticsCommand } from './statistics.ts'
import { userCommands } from './users.ts'

/** The command line, before it has read its arguments. Usage errors exit with code 2. */
export function createProgram(): Command {
  const program = new Command('latchkey')
    .description('Self-hosted session service: sign-in, refresh token rotation, and immediate revocation.')
    .version(version)
    .option('--json', 'print the result as JSON')
    .showHelpAfterError('(see --help)')
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))

  const migration = program
    .command('migrate')
    .description('apply pending migrations (safe to run concurrently)')
    .action(async (_options: unknown, command: Command) => {
      const { readDatabaseUrl } = await import('../config/config.ts')
      const { migrate } = await import('../store/postgres/migrate.ts')
      const applied = await migrate(readDatabaseUrl())
      print(command, { applied }, applied === 0 ? 'nothing to do' : `applied ${applied}`)
    })
  explain(migration, 'database', ['migrate', 'migrate --json'])

  const serving = program
    .command('serve')
    .description('serve HTTP until SIGTERM or SIGINT')
    .action(async () => {
      await import('../server.ts')
    })
  explain(serving, 'server', ['serve'])

  program.addHelpText(
    'after',
    '\nRun any command with --help for examples and the environment that it needs:\n  latchkey users create --help\n  latchkey sessions revoke --help',
  )

  userCommands(program)
  keyCommands(program)
  serviceKeyCommands(program)
  sessionCommands(program)
  cleanupCommand(program)
  statisticsCommand(program)
  eventsCommand(program)
  return program
}
