import type { Command } from 'commander'
import { Option } from 'commander'
import { Problem } from '../errors.ts'
import {
  type RevocationStrategy,
  type RevocationTarget,
  readRevocationTarget,
} from '../operator/revocation-target.ts'
import type { Services } from '../services.ts'
import type { RevocationRun } from '../store/operator/revocation-runs.ts'
import type { JudgedSession } from '../store/session/lists.ts'
import { parseId, parseInstant } from './arguments.ts'
import { createProgress, isoTime, print, table } from './output.ts'
import { withServices } from './with-services.ts'

type ListOptions = { user: string; state: 'live' | 'all' }

type RevokeOptions = {
  session?: string
  user?: string
  clientType?: string
  ip?: string
  issuedBefore?: number
  all?: true
  reason: string
}

export function sessionCommands(program: Command): void {
  const sessions = program.command('sessions').description('who is signed in')

  sessions
    .command('list')
    .description('the sessions of a user, newest sign-in first')
    .requiredOption('--user <id>', 'of the user', parseId)
    .addOption(new Option('--state <state>', 'which of them').choices(['live', 'all']).default('live'))
    .action(async (options: ListOptions, command: Command) => {
      await withServices(async services => {
        const listed = (await everyPage(services, options)).map(session => ({
          id: session.id,
          state: session.state,
          clientType: session.clientType,
          device:
            session.deviceName ?? [session.device.browser, session.device.os].filter(Boolean).join(', '),
          ipAddress: session.ipAddress,
          createdAt: isoTime(session.createdAt),
          lastActivityAt: isoTime(session.lastActivityAt),
          revokedReason: session.revokedReason,
        }))
        print(command, listed, table(listed, options.state === 'live' ? 'no live sessions' : 'no sessions'))
      })
    })

  sessions
    .command('revoke')
    .description('revoke one session, those of a user, or many; exactly one of the first six options')
    .option('--session <id>', 'this session', parseId)
    .option('--user <id>', 'all sessions of this user', parseId)
    .option('--client-type <type>', 'all sessions of this client type')
    .option('--ip <address>', 'all sessions that were opened from this address, or network like 192.0.2.0/24')
    .option('--issued-before <time>', 'all sessions that were opened before', parseInstant)
    .option('--all', 'every session of everybody')
    .requiredOption('--reason <text>', 'for the audit log')
    .action(async (options: RevokeOptions, command: Command) => {
      const { reason, ...targets } = options
      if (Object.keys(targets).length !== 1) {
        command.error(
          'error: give exactly one of --session, --user, --client-type, --ip, --issued-before, --all',
        )
      }
      await withServices(async services => {
        const run = await revoke(services, targetOf(services, options), reason)
        const { id, strategy, matched, revoked, completedAt } = run
        const result = { id, strategy, matched, revoked, completedAt: isoTime(completedAt) }
        print(command, result, `revoked ${revoked}`)
      })
    })
}

async function everyPage({ directory }: Services, { user, state }: ListOptions): Promise<JudgedSession[]> {
  const all: JudgedSession[] = []
  let cursor: string | null = null
  do {
    const page = await directory.sessionsOf(user, state, { limit: 100, cursor })
    if (page === null) throw new Problem('not_found', { detail: `there is no user ${user}` })
    all.push(...page.sessions)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

/** Throws `validation_failed` for what only the configuration and the database's clock can tell to be wrong. */
function targetOf({ config, clock }: Services, options: RevokeOptions): RevocationTarget {
  const [strategy, option, value] = meant(options)
  const reading = readRevocationTarget(strategy, value, { policies: config.policies, now: clock.now() })
  if (reading.kind === 'target') return reading.target
  throw new Problem('validation_failed', { detail: `${option} ${reading.message}` })
}

function meant(options: RevokeOptions): [RevocationStrategy, string, string | null] {
  if (options.session !== undefined) return ['session', '--session', options.session]
  if (options.user !== undefined) return ['user', '--user', options.user]
  if (options.clientType !== undefined) return ['client_type', '--client-type', options.clientType]
  if (options.ip !== undefined) return ['ip', '--ip', options.ip]
  if (options.issuedBefore !== undefined)
    return ['issued_before', '--issued-before', isoTime(options.issuedBefore)]
  return ['all', '--all', null]
}

/** Waits until all rows are marked, however many they are. */
async function revoke(
  { revocations }: Services,
  target: RevocationTarget,
  reason: string,
): Promise<RevocationRun> {
  const progress = createProgress()
  const operator = { actor: 'cli', origin: { ipAddress: null, userAgent: null }, reason }
  const revocation = await revocations.revoke(target, operator, marked => progress.show(`${marked} marked`))
  if (revocation === null) {
    const what = target.strategy === 'session' ? `session ${target.sessionId}` : 'such user'
    throw new Problem('not_found', { detail: `there is no ${what}` })
  }
  await revocation.completed
  progress.done()
  const run = await revocations.find(revocation.id)
  if (run === null) throw new Error(`the run of revocation ${revocation.id} is gone`)
  return run
}
