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
import { byCli } from './actor.ts'
import { parseId, parseInstant, parseUser, type UserReference } from './arguments.ts'
import { confirm, confirmAtTerminal, requireConfirmable } from './confirm.ts'
import { explain, explainGroup } from './help.ts'
import { createProgress, isoTime, print, sessionsInWords, table } from './output.ts'
import { idOf, noUser } from './users/find-user.ts'
import { withServices } from './with-services.ts'

/** Milliseconds. A dry run counts to the end. A revocation does not wait for the count. */
const dryRunPatienceMs = 600_000

type ListOptions = { user: UserReference; state: 'live' | 'all' }

type SessionsOfUser = Awaited<ReturnType<Services['directory']['sessionsOf']>>

type Targets = {
  session?: string
  user?: UserReference
  clientType?: string
  ip?: string
  issuedBefore?: number
  all?: true
}

type RevokeOptions = Targets & { reason: string; dryRun?: true; confirm?: string }

export function sessionCommands(program: Command): void {
  const sessions = explainGroup(program.command('sessions').description('list and revoke sessions'))
  list(sessions)
  revoke(sessions)
}

function list(sessions: Command): void {
  const command = sessions
    .command('list')
    .description("list a user's sessions, newest sign-in first")
    .requiredOption('--user <user>', 'email address or id', parseUser)
    .addOption(
      new Option('--state <state>', 'which sessions to list').choices(['live', 'all']).default('live'),
    )
    .action(async (options: ListOptions, self: Command) => {
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
        print(self, listed, table(listed, options.state === 'live' ? 'no live sessions' : 'no sessions'))
      })
    })
  explain(command, 'server', [
    'sessions list --user ada@example.com',
    'sessions list --user ada@example.com --state all --json',
  ])
}

async function everyPage(services: Services, { user, state }: ListOptions): Promise<JudgedSession[]> {
  const id = await idOf(services, user)
  const all: JudgedSession[] = []
  let cursor: string | null = null
  do {
    const page: SessionsOfUser = await services.directory.sessionsOf(id, state, { limit: 100, cursor })
    if (page === null) noUser(id)
    all.push(...page.sessions)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

function revoke(sessions: Command): void {
  const command = sessions
    .command('revoke')
    .description(
      'revoke one session, the sessions of a user, or many sessions; give exactly one of the first six options',
    )
    .option('--session <id>', 'id of a session', parseId)
    .option('--user <user>', 'all sessions of this user: email address or id', parseUser)
    .option('--client-type <type>', 'all sessions of this client type')
    .option('--ip <address>', 'all sessions opened from this address, or network like 192.0.2.0/24')
    .option('--issued-before <time>', 'all sessions opened before this time', parseInstant)
    .option('--all', 'all sessions of all users; requires --confirm all, or confirmation on a terminal')
    .requiredOption('--reason <text>', 'reason for the audit log')
    .option('--dry-run', 'show how many live sessions would end, and change nothing')
    .option('--confirm <word>', 'confirm without being asked: all for --all, revoke for the others')
    .action(async ({ reason, dryRun, confirm: given, ...targets }: RevokeOptions, self: Command) => {
      checkUsage(self, targets, given)
      if (targets.all && !dryRun) requireConfirmable(self, given, 'all')
      await withServices(async services => {
        const target = await targetOf(services, targets)
        const patience = dryRun ? dryRunPatienceMs : undefined
        const counted = await services.revocationPreview.count(target, patience)
        const live = sessionsInWords(counted.sessions, counted.complete)
        if (dryRun) {
          const { sessions: liveSessions, complete } = counted
          const result = { dryRun, strategy: target.strategy, liveSessions, complete }
          return print(self, result, `${live} would end; nothing was changed`)
        }
        await confirmTarget(self, target, { given, live })
        const { id, strategy, matched, revoked, completedAt } = await run(services, target, reason)
        const result = { id, strategy, matched, revoked, completedAt: isoTime(completedAt) }
        print(self, result, `${live} ended (${revoked} row${revoked === 1 ? '' : 's'} marked)`)
      })
    })
  explain(command, 'server', [
    'sessions revoke --user ada@example.com --reason "lost laptop"',
    'sessions revoke --ip 192.0.2.0/24 --reason "stolen tokens" --dry-run',
    'sessions revoke --all --reason "leaked secret" --confirm all',
  ])
}

/** A single session, or those of one user, are named exactly. Whatever covers many needs confirmation. */
async function confirmTarget(
  command: Command,
  target: RevocationTarget,
  { given, live }: { given: string | undefined; live: string },
): Promise<void> {
  switch (target.strategy) {
    case 'all': {
      const question = `This ends ${live}: all users have to sign in again.`
      return await confirm(command, { given, expected: ['all'], question })
    }
    case 'client_type':
    case 'ip':
    case 'issued_before': {
      const question = `This ends ${live}.`
      return await confirmAtTerminal(command, { given, expected: ['revoke'], question })
    }
    case 'session':
    case 'user':
      return
  }
}

function checkUsage(command: Command, targets: Targets, confirmation: string | undefined): void {
  if (Object.keys(targets).length !== 1) {
    command.error('error: give exactly one of --session, --user, --client-type, --ip, --issued-before, --all')
  }
  if (confirmation !== undefined && (targets.session !== undefined || targets.user !== undefined)) {
    command.error('error: --confirm is not for --session and --user')
  }
}

/** Throws `validation_failed` for a value that is invalid for this configuration or at the database's time. */
async function targetOf(services: Services, targets: Targets): Promise<RevocationTarget> {
  const { config, clock } = services
  const [strategy, option, value] = await meant(services, targets)
  const reading = readRevocationTarget(strategy, value, { policies: config.policies, now: clock.now() })
  if (reading.kind === 'target') return reading.target
  throw new Problem('validation_failed', { detail: `${option} ${reading.message}` })
}

async function meant(
  services: Services,
  targets: Targets,
): Promise<[RevocationStrategy, string, string | null]> {
  if (targets.session !== undefined) return ['session', '--session', targets.session]
  if (targets.user !== undefined) return ['user', '--user', await idOf(services, targets.user)]
  if (targets.clientType !== undefined) return ['client_type', '--client-type', targets.clientType]
  if (targets.ip !== undefined) return ['ip', '--ip', targets.ip]
  if (targets.issuedBefore !== undefined)
    return ['issued_before', '--issued-before', isoTime(targets.issuedBefore)]
  return ['all', '--all', null]
}

/** Waits until all rows are marked. */
async function run(
  { revocations }: Services,
  target: RevocationTarget,
  reason: string,
): Promise<RevocationRun> {
  const progress = createProgress()
  const revocation = await revocations.revoke(target, { ...byCli, reason }, marked =>
    progress.show(`${marked} marked`),
  )
  if (revocation === null) {
    const what = target.strategy === 'session' ? `session ${target.sessionId}` : 'such user'
    throw new Problem('not_found', { detail: `there is no ${what}` })
  }
  await revocation.completed
  progress.done()
  const found = await revocations.find(revocation.id)
  if (found === null) throw new Error(`the run of revocation ${revocation.id} is gone`)
  return found
}
