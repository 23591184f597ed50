/** Which places in the table have a session with known tokens, and what for. */

export type Purpose = 'verify' | 'refresh' | 'call'

export type Places = ReadonlyMap<number, Purpose>

export const sessionsPerUser = 5
/** The first users: one of their sessions is known, the others are to be revoked. */
export const revokingUsers = 4_500
const refreshed = 5_000
/**
 * As many in a large database as in a small one: with more of them an instance would have more signatures to check, and
 * the two would differ by that.
 */
const verified = 20_000

/** At random. A session stands at `user + users * n`, so that those of one user are never side by side. */
export function choosePlaces(sessions: number, users: number): Places {
  const places = new Map<number, Purpose>()
  for (let user = 0; user < revokingUsers; user++) {
    places.set(user + users * Math.floor(Math.random() * (sessionsPerUser - 1)), 'call')
  }
  while (places.size < revokingUsers + refreshed + verified) {
    const place = Math.floor(Math.random() * sessions)
    if (place % users < revokingUsers || places.has(place)) continue
    places.set(place, places.size < revokingUsers + refreshed ? 'refresh' : 'verify')
  }
  return places
}
