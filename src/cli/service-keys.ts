import { type Command, InvalidArgumentError } from 'commander'
import { type ServiceKeyScope, serviceKeyName, serviceKeyScopes } from '../access/service-keys.ts'
import { Problem } from '../errors.ts'
import { byCli } from './actor.ts'
import { parseId } from './arguments.ts'
import { explain } from './help.ts'
import { isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

export function serviceKeyCommands(program: Command): void {
  const keys = program.command('service-keys').description('manage the keys that other services call with')
  create(keys)
  list(keys)
  revoke(keys)
}

function create(keys: Command): void {
  const command = keys
    .command('create')
    .description('create a key and print {id, key} as JSON; the key is shown only once')
    .requiredOption('--name <name>', 'the service that has the key, for the audit log', parseName)
    .requiredOption(
      '--scope <scope>',
      `${serviceKeyScopes.join(', ')}; repeat for several scopes`,
      collectScope,
    )
    .action(async (options: { name: string; scope: ServiceKeyScope[] }) => {
      await withServices(async ({ serviceKeys }) => {
        const created = await serviceKeys.create({ name: options.name, scopes: options.scope }, byCli)
        process.stdout.write(`${JSON.stringify(created)}\n`)
      })
    })
  explain(command, 'server', [
    'service-keys create --name gateway --scope verify',
    'service-keys create --name backend --scope sessions:create --scope revoke',
  ])
}

function list(keys: Command): void {
  const command = keys
    .command('list')
    .description('list keys, oldest first, revoked ones too; never the key itself')
    .action(async (_options: unknown, self: Command) => {
      await withServices(async ({ serviceKeys }) => {
        const listed = (await serviceKeys.list()).map(key => ({
          ...key,
          createdAt: isoTime(key.createdAt),
          lastUsedAt: isoTime(key.lastUsedAt),
          revokedAt: isoTime(key.revokedAt),
        }))
        const rows = listed.map(key => ({ ...key, scopes: key.scopes.join(' ') }))
        print(self, listed, table(rows, 'no service keys'))
      })
    })
  explain(command, 'server', ['service-keys list'])
}

function revoke(keys: Command): void {
  const command = keys
    .command('revoke')
    .description('revoke a key; instances refuse it within a second')
    .argument('<id>', 'of the key, not the key itself', parseId)
    .option('--dry-run', 'check that there is such a key, and change nothing')
    .action(async (id: string, { dryRun }: { dryRun?: true }, self: Command) => {
      await withServices(async ({ serviceKeys }) => {
        const found = dryRun
          ? (await serviceKeys.list()).some(key => key.id === id)
          : await serviceKeys.revoke(id, byCli)
        if (!found) throw new Problem('not_found', { detail: `there is no service key ${id}` })
        if (dryRun) print(self, { dryRun, id }, `${id} would be revoked; nothing was changed`)
        else print(self, { id }, `revoked ${id}`)
      })
    })
  const id = '01a1fe05-8c1e-7b5a-8f1e-6a1f7e2b9c11'
  explain(command, 'server', [`service-keys revoke ${id}`])
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
