/** The rules by which revocation holds. Each can be taken out, to see whether it is needed. */
export const rules = {
  /** A snapshot counts only while the last good poll is younger than the lease. */
  lease: true,
  /** The lease counts from when the poll began, not from when its answer came. */
  leaseFromBegin: true,
  /** No snapshot counts before the window has been loaded. */
  windowFirst: true,
  /** What the feed has told is asked before a snapshot says yes. */
  denySet: true,
  /** … after Redis has answered, in one step with the lease. */
  denyAfterAnswer: true,
  /** An entry of the deny-set outlives every snapshot that was read before it. */
  denyOutlivesSnapshots: true,
  /** The age of a snapshot counts from the read behind it, not from when Redis got it. */
  ageFromRead: true,
  /** An instance is on the list before it loads its window. */
  registersFirst: true,
  /** … and again when it was silent for so long that nobody waits for it. */
  registersAfterSilence: true,
  /** An instance acknowledges what is in its deny-set, not what it has only asked for. */
  acknowledgesWhatItKnows: true,
  /** An instance that is taken off the list trusts nothing until it has started over. */
  lapsesOffTheList: true,
  /** An instance that stops gives up its lease before it leaves the list. */
  lapsesBeforeLeaving: true,
  /** A revoke is answered only when all know of it, or when all leases are over. */
  waits: true,
  /** … which takes at least as long as a lease. */
  waitsForTheLease: true,
  /** … and the lease is enough only with a mark that Redis has confirmed. */
  markConfirmed: true,
  /** A revoke, or a change of the password or of roles, writes a mark. */
  marks: true,
  /** … which the mark of a change before it does not replace. */
  revocationKeepsItsMark: true,
  /** A revoke deletes the snapshot. */
  deletes: true,
  /** Redis is told after the commit. */
  marksAfterCommit: true,
  /** A repeated revoke waits like the first. */
  repeatWaits: true,
  /** While Postgres is away a snapshot counts only from a Redis without a break since the last good poll. */
  unbrokenRedis: true,
  /** … since that poll began: what was committed since is marked on this very server. */
  unbrokenFromBegin: true,
  /** … and for no longer than others wait for the instance. */
  fallbackEnds: true,
  /** A mark makes the lease enough only for those who read the server that confirmed it. */
  markOnTheServerRead: true,
  /** … and while Postgres is away only the server that an instance has noted may vouch. */
  vouchesOnlyWhenNoted: true,
  /** What an instance keeps in its memory counts for as long as the lease, and no longer. */
  nearNeedsTheLease: true,
  /** A read that was sent before a verify began does not answer it. */
  ownRead: true,
  /** A snapshot of another token is no answer. */
  mismatchIsNoAnswer: true,
  /** A store that does not answer is no answer. */
  awayIsNoAnswer: true,
}

export type Rules = typeof rules
export type Rule = keyof Rules

export function without(...taken: Rule[]): Rules {
  const left = { ...rules }
  for (const rule of taken) left[rule] = false
  return left
}
