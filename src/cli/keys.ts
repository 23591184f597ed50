import type { Command } from 'commander'
import { Problem } from '../errors.ts'
import { byCli } from './actor.ts'
import { confirmAtTerminal } from './confirm.ts'
import { explain, explainGroup } from './help.ts'
import { isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

type RevokeOptions = { dryRun?: true; confirm?: string }

export function keyCommands(program: Command): void {
  const keys = explainGroup(program.command('keys').description('manage the keys that sign access tokens'))
  list(keys)
  rotate(keys)
  revoke(keys)
}

function list(keys: Command): void {
  const command = keys
    .command('list')
    .description('list signing keys, newest first')
    .action(async (_options: unknown, self: Command) => {
      await withServices(async ({ maintenance }) => {
        const listed = (await maintenance.listSigningKeys()).map(key => ({
          kid: key.kid,
          alg: key.alg,
          signsFrom: isoTime(key.signsFrom),
          verifiesUntil: isoTime(key.verifiesUntil),
        }))
        print(
          self,
          listed,
          table(listed, 'no signing keys yet; the service creates one when it first starts'),
        )
      })
    })
  explain(command, 'server', ['keys list', 'keys list --json'])
}

function rotate(keys: Command): void {
  const command = keys
    .command('rotate')
    .description('publish the next key, which signs ten minutes later; no session ends')
    .action(async (_options: unknown, self: Command) => {
      await withServices(async ({ maintenance }) => {
        const { kid, signsFrom } = await maintenance.rotateSigningKey(byCli)
        print(self, { kid, signsFrom: isoTime(signsFrom) }, `${kid} signs from ${isoTime(signsFrom)}`)
      })
    })
  explain(command, 'server', ['keys rotate'])
}

function revoke(keys: Command): void {
  const command = keys
    .command('revoke')
    .description('revoke a leaked key: its access tokens are rejected, and clients refresh')
    .argument('<kid>', 'id of the key, as printed by keys list')
    .option('--dry-run', 'check that the key exists, and change nothing')
    .option('--confirm <word>', 'revoke: confirm without being asked on a terminal')
    .action(async (kid: string, { dryRun, confirm: given }: RevokeOptions, self: Command) => {
      await withServices(async ({ maintenance }) => {
        const found = (await maintenance.listSigningKeys()).some(key => key.kid === kid)
        if (found && !dryRun) {
          const question = `This revokes ${kid}: its access tokens are rejected, and clients refresh.`
          await confirmAtTerminal(self, { given, expected: ['revoke'], question })
        }
        if (!found || !(dryRun || (await maintenance.revokeSigningKey(kid, byCli))))
          throw new Problem('not_found', { detail: `there is no key ${kid}` })
        if (dryRun) print(self, { dryRun, kid }, `${kid} would be revoked; nothing was changed`)
        else print(self, { kid }, `revoked ${kid}`)
      })
    })
  explain(command, 'server', ['keys revoke KID --dry-run', 'keys revoke KID'])
}
