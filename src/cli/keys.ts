import type { Command } from 'commander'
import { Problem } from '../errors.ts'
import { print, table } from './output.ts'
import { withServices } from './with-services.ts'

export function keyCommands(program: Command): void {
  const keys = program.command('keys').description('keys that sign access tokens')

  keys
    .command('list')
    .description('newest first')
    .action(async (_options: unknown, command: Command) => {
      await withServices(async ({ maintenance }) => {
        const listed = (await maintenance.listSigningKeys()).map(key => ({
          kid: key.kid,
          alg: key.alg,
          signsFrom: new Date(key.signsFrom).toISOString(),
          verifiesUntil: key.verifiesUntil === null ? null : new Date(key.verifiesUntil).toISOString(),
        }))
        print(command, listed, table(listed, 'no keys yet: the first start of the service makes one'))
      })
    })

  keys
    .command('rotate')
    .description(
      'publish the next key; it signs ten minutes later, and the others end after their last token',
    )
    .action(async (_options: unknown, command: Command) => {
      await withServices(async ({ maintenance }) => {
        const { kid, signsFrom } = await maintenance.rotateSigningKey('cli')
        const from = new Date(signsFrom).toISOString()
        print(command, { kid, signsFrom: from }, `${kid} signs from ${from}`)
      })
    })

  keys
    .command('revoke')
    .description(
      'end a key at once, in an emergency: its tokens are refused, and clients recover by refreshing',
    )
    .argument('<kid>')
    .action(async (kid: string, _options: unknown, command: Command) => {
      await withServices(async ({ maintenance }) => {
        const found = await maintenance.revokeSigningKey(kid, 'cli')
        if (!found) throw new Problem('not_found', { detail: `there is no key ${kid}` })
        print(command, { kid }, `revoked ${kid}`)
      })
    })
}
