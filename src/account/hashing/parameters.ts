/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. (Password Storage Cheat Sheet) */
export const argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** How a hash in the PHC string format begins. */
export function prefixOf({ memoryCost, timeCost, parallelism }: typeof argon2Parameters): string {
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`
}

/** The index `users_by_imported_hash` holds every hash that begins otherwise. */
export const todaysPrefix = prefixOf(argon2Parameters)
