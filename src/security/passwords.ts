import { hash, verify } from '@node-rs/argon2'

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. (Password Storage Cheat Sheet) */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Shorter ones are refused (NIST SP 800-63B-4 §3.1.1.2). In Unicode code points, as a person counts. */
export const shortestPassword = 12
/** Longer ones are refused, never cut. */
export const longestPassword = 1_024

/** argon2id, in the PHC string format. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, parameters)
}

/** A hash that no password has, so that an unknown e-mail address takes as long as a wrong password. */
const nobody = hashPassword(crypto.randomUUID())

/** False for a user without a password, after the same work. */
export async function checkPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobody), password)
  return matches && passwordHash !== null
}

/** Whether a hash was made with weaker parameters than today's. */
export function needsRehash(passwordHash: string): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(passwordHash) ?? []
  return Number(memory ?? 0) < parameters.memoryCost || Number(time ?? 0) < parameters.timeCost
}

/** Why a new password is not acceptable, in words for the person; null when it is. Any Unicode, spaces kept. */
export function weaknessOf(password: string, email: string): string | null {
  if ([...password].length < shortestPassword) {
    return `The password is too short: use at least ${shortestPassword} characters.`
  }
  if (password.toLowerCase() === email.toLowerCase()) {
    return 'The password is your e-mail address: choose another one.'
  }
  return null
}
