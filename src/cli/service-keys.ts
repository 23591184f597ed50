import { type Command, InvalidArgumentError } from 'commander'
import { type ServiceKeyScope, serviceKeyName, serviceKeyScopes } from '../access/service-keys.ts'
import { Problem } from '../errors.ts'
import { byCli } from './actor.ts'
import { parseId } from './arguments.ts'
import { confirmAtTerminal } from './confirm.ts'
import { explain, explainGroup } from './help.ts'
import { isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

type RevokeOptions = { dryRun?: true; confirm?: string }

export function serviceKeyCommands(program: Command): void {
  const keys = explainGroup(program.command('service-keys').description('manage the keys of other services'))
  create(keys)
  list(keys)
  revoke(keys)
}

function create(keys: Command): void {
  const command = keys
    .command('create')
    .description('create a key and print {id, key} as JSON; the key is shown only once')
    .requiredOption('--name <name>', 'name of the service, for the audit log', parseName)
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
    .description('list all keys including revoked ones, oldest first, without the keys themselves')
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
    .description('revoke a key; instances reject it within a second')
    .argument('<id>', 'id of the key, not the key itself', parseId)
    .option('--dry-run', 'check that the key exists, and change nothing')
    .option('--confirm <word>', 'revoke: confirm without being asked on a terminal')
    .action(async (id: string, { dryRun, confirm: given }: RevokeOptions, self: Command) => {
      await withServices(async ({ serviceKeys }) => {
        const found = (await serviceKeys.list()).find(key => key.id === id)
        if (found !== undefined && !dryRun) {
          const question = `This revokes the key of ${found.name}: instances reject it within a second.`
          await confirmAtTerminal(self, { given, expected: ['revoke'], question })
        }
        if (found === undefined || !(dryRun || (await serviceKeys.revoke(id, byCli))))
          throw new Problem('not_found', { detail: `there is no service key ${id}` })
        if (dryRun) print(self, { dryRun, id }, `${id} would be revoked; nothing was changed`)
        else print(self, { id }, `revoked ${id}`)
      })
    })
  const id = '01a1fe05-8c1e-7b5a-8f1e-6a1f7e2b9c11'
  explain(command, 'server', [`service-keys revoke ${id}`])
}

function parseName(value: string): string {
  if (serviceKeyName.test(value)) return value
  throw new InvalidArgumentError('It may contain only letters, digits and _ . -, and at most 64 characters.')
}

function collectScope(value: string, all: readonly ServiceKeyScope[] = []): ServiceKeyScope[] {
  const scope = serviceKeyScopes.find(known => known === value)
  if (scope === undefined) throw new InvalidArgumentError(`It must be one of ${serviceKeyScopes.join(', ')}.`)
  return [...all, scope]
}
