import { type Command, InvalidArgumentError } from 'commander'
import { type ServiceKeyScope, serviceKeyName, serviceKeyScopes } from '../access/service-keys.ts'
import { Problem } from '../errors.ts'
import { parseId } from './arguments.ts'
import { isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

export function serviceKeyCommands(program: Command): void {
  const keys = program.command('service-keys').description('keys that other services call with')

  keys
    .command('create')
    .description('make a key and print {id, key} as JSON; the key is shown this once')
    .requiredOption('--name <name>', 'whose key it is, for the audit log', parseName)
    .requiredOption(
      '--scope <scope>',
      `${serviceKeyScopes.join(', ')}; may be given several times`,
      collectScope,
    )
    .action(async (options: { name: string; scope: ServiceKeyScope[] }) => {
      await withServices(async ({ serviceKeys }) => {
        const created = await serviceKeys.create({ name: options.name, scopes: options.scope }, 'cli')
        process.stdout.write(`${JSON.stringify(created)}\n`)
      })
    })

  keys
    .command('list')
    .description('oldest first, with revoked ones; never the key itself')
    .action(async (_options: unknown, command: Command) => {
      await withServices(async ({ serviceKeys }) => {
        const listed = (await serviceKeys.list()).map(key => ({
          ...key,
          createdAt: isoTime(key.createdAt),
          lastUsedAt: isoTime(key.lastUsedAt),
          revokedAt: isoTime(key.revokedAt),
        }))
        const rows = listed.map(key => ({ ...key, scopes: key.scopes.join(' ') }))
        print(command, listed, table(rows, 'no service keys'))
      })
    })

  keys
    .command('revoke')
    .description('refuse a key from now on')
    .argument('<id>', 'of the key, not the key itself', parseId)
    .action(async (id: string, _options: unknown, command: Command) => {
      await withServices(async ({ serviceKeys }) => {
        const found = await serviceKeys.revoke(id, 'cli')
        if (!found) throw new Problem('not_found', { detail: `there is no service key ${id}` })
        print(command, { id }, `revoked ${id}`)
      })
    })
}

function parseName(value: string): string {
  if (serviceKeyName.test(value)) return value
  throw new InvalidArgumentError('It may have letters, digits and _ . - only, 64 at most.')
}

function collectScope(value: string, all: readonly ServiceKeyScope[] = []): ServiceKeyScope[] {
  const scope = serviceKeyScopes.find(known => known === value)
  if (scope === undefined) throw new InvalidArgumentError(`It must be one of ${serviceKeyScopes.join(', ')}.`)
  return [...all, scope]
}
