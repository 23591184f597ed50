import { wrongClocks } from './clock-row.ts'
import type { Rule } from './evidence.ts'
import { graceSettings, longOutage, rollingRestart } from './grace-rows.ts'
import {
  forgedMarks,
  forgottenRevocation,
  heardMeanwhile,
  oldDumpWhileCutOff,
  passwordChangeUnheard,
  readBeforeRefresh,
  slowToHear,
} from './mechanism-rows.ts'
import type { Row } from './row.ts'
import { snapshotsWrittenBack } from './stale-redis-rows.ts'
import type { Patch } from './variant.ts'

/** What a promise rests on: how the service is built without it, and where that shows. */
export type Mechanism = {
  name: string
  patch: Patch
  row: Row
  /** The promise that is broken without it. */
  breaks: Rule
  /** For the instances, beside their own. */
  settings?: NodeJS.ProcessEnv
}

export const mechanisms: readonly Mechanism[] = [
  {
    name: 'the lease',
    patch: {
      file: 'session/revocation/lease.ts',
      edits: [['return age < leaseMs ||', 'return age < fallbackMs ||']],
    },
    row: oldDumpWhileCutOff,
    breaks: 'revocation is final',
  },
  {
    name: 'the deny-set',
    patch: {
      file: 'session/revocation/deny-set.ts',
      edits: [['sessions.set(sessionId, { reason: known?.reason ?? reason, seenAt })', '']],
    },
    row: snapshotsWrittenBack,
    breaks: 'revocation is final',
  },
  {
    name: 'the acknowledgement',
    patch: {
      file: 'session/revocation/acknowledgement.ts',
      edits: [["if (unaware === 0) return 'held'", "return 'held'"]],
    },
    row: slowToHear,
    breaks: 'revocation is final',
  },
  {
    name: 'the age of a snapshot',
    patch: {
      file: 'session/verify/snapshot.ts',
      edits: [['context.now - snapshot.readAt < context.lifetimeMs(snapshot.clientType)', 'true']],
    },
    row: forgottenRevocation,
    breaks: 'revocation is final',
  },
  {
    name: 'the HMAC of what stands in Redis',
    patch: {
      file: 'store/session/cache.ts',
      edits: [['return ours ? body : null', 'return body']],
    },
    row: forgedMarks,
    breaks: 'no false sign-out',
  },
  {
    name: 'asking the deny-set after Redis has answered, not before',
    patch: {
      file: 'session/verify/verify.ts',
      edits: [
        [
          'const reading = await cache.read(token.sessionId)',
          'const denied = denySet.reasonForId(token.sessionId)\nconst reading = await cache.read(token.sessionId)',
        ],
        [
          '= trustedSnapshot(reading, token, now)',
          '= denied === null ? trustedSnapshot(reading, token, now) : null',
        ],
        ['denySet.reasonFor(snapshot) !== null', 'false'],
      ],
    },
    row: heardMeanwhile,
    breaks: 'revocation is final',
  },
  {
    name: 'sharing only reads that have not been sent',
    patch: {
      file: 'session/verify/shared-reads.ts',
      edits: [['if (current === undefined) return start(key)', 'return current ?? start(key)']],
    },
    row: readBeforeRefresh,
    breaks: 'no false sign-out',
  },
  {
    name: "going by the database's clock",
    patch: {
      file: 'clock.ts',
      edits: [['offset = Math.max(...samples)', '']],
    },
    row: wrongClocks,
    breaks: 'no false sign-out',
  },
  {
    name: 'counting an outage as time that did not pass',
    patch: {
      file: 'session/policy.ts',
      edits: [['now - rotatedAt - downtime(rotatedAt, now) <', 'now - rotatedAt <']],
    },
    row: longOutage,
    breaks: 'no false sign-out',
    settings: graceSettings,
  },
  {
    name: 'taking what was an outage before a start from the database',
    patch: {
      file: 'store/session/revocation/outages.ts',
      edits: [
        [
          'return read.rows.map(({ began, ended }) => ({ from: Number(began), to: Number(ended) }))',
          'return [{ from: 0, to: Date.now() }]',
        ],
      ],
    },
    row: rollingRestart,
    breaks: 'one lineage',
    settings: graceSettings,
  },
  {
    name: 'waiting for every instance at a password change',
    patch: {
      file: 'session/revocation/propagation.ts',
      edits: [['await waitUntilHeld(entries, teller(entries, change))', '']],
    },
    row: passwordChangeUnheard,
    breaks: 'revocation is final',
  },
]
