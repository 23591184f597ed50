import type { Command } from 'commander'
import { Problem } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Session } from '../session/session.ts'
import { parseId, parseInstant } from './arguments.ts'
import { createProgress, print, table } from './output.ts'
import { withServices } from './with-services.ts'

type RevokeOptions = {
  session?: string
  user?: string
  clientType?: string
  issuedBefore?: number
  all?: true
  reason: string
}

export function sessionCommands(program: Command): void {
  const sessions = program.command('sessions').description('who is signed in')

  sessions
    .command('list')
    .description('the live sessions of a user, newest sign-in first')
    .requiredOption('--user <id>', 'of the user', parseId)
    .action(async (options: { user: string }, command: Command) => {
      await withServices(async services => {
        const listed = (await everyPage(services, options.user)).map(session => ({
          id: session.id,
          clientType: session.clientType,
          device:
            session.deviceName ?? [session.device.browser, session.device.os].filter(Boolean).join(', '),
          ipAddress: session.ipAddress,
          createdAt: new Date(session.createdAt).toISOString(),
          lastActivityAt: new Date(session.lastActivityAt).toISOString(),
        }))
        print(command, listed, table(listed, 'no live sessions'))
      })
    })

  sessions
    .command('revoke')
    .description('revoke one session, those of a user, or many; exactly one of the first five options')
    .option('--session <id>', 'this session', parseId)
    .option('--user <id>', 'all sessions of this user', parseId)
    .option('--client-type <type>', 'all sessions of this client type')
    .option('--issued-before <time>', 'all sessions that were opened before', parseInstant)
    .option('--all', 'every session of everybody')
    .requiredOption('--reason <text>', 'for the audit log')
    .action(async (options: RevokeOptions, command: Command) => {
      const { reason, ...targets } = options
      if (Object.keys(targets).length !== 1) {
        command.error('error: give exactly one of --session, --user, --client-type, --issued-before, --all')
      }
      await withServices(async services => {
        const revoked = await revoke(services, options)
        print(command, { revoked }, `revoked ${revoked}`)
      })
    })
}

async function everyPage({ sessions }: Services, userId: string): Promise<Session[]> {
  const all: Session[] = []
  let cursor: string | null = null
  do {
    const page = await sessions.list(userId, { limit: 100, cursor })
    all.push(...page.sessions)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

async function revoke(services: Services, options: RevokeOptions): Promise<number> {
  const { sessions, maintenance, clock } = services
  const by = {
    reason: 'admin',
    actor: 'cli',
    origin: { ipAddress: null, userAgent: null },
    note: options.reason,
  } as const
  if (options.session !== undefined) {
    const found = await sessions.end(options.session, by)
    if (!found) throw new Problem('not_found', { detail: `there is no session ${options.session}` })
    return 1
  }
  if (options.user !== undefined) return await sessions.revokeAll(options.user, by)
  if (options.issuedBefore !== undefined && options.issuedBefore > clock.now()) {
    throw new Problem('validation_failed', { detail: '--issued-before must not lie in the future' })
  }
  const progress = createProgress()
  const { revoked } = await maintenance.revokeMany(
    {
      scope: options.clientType !== undefined ? 'client_type' : options.all ? 'all' : 'issued_before',
      subject: options.clientType ?? null,
      issuedBefore: options.issuedBefore ?? null,
      reason: options.reason,
      actor: 'cli',
    },
    marked => progress.show(`${marked} marked`),
  )
  progress.done()
  return revoked
}
