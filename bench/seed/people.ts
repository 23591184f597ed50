import type pg from 'pg'
import { v7 as uuid } from 'uuid'
import { createPasswords } from '../../src/account/hashing/passwords.ts'
import { createClock } from '../../src/clock.ts'

export type Person = { id: string; email: string }

/** One password for all, since making a hash for each would take longer than the run. */
export const password = 'correct horse battery staple'

/** Users with a password. Returns them with the hash that they share. */
export async function insertPeople(
  client: pg.Client,
  count: number,
): Promise<{ people: Person[]; passwordHash: string }> {
  const passwordHash = await createPasswords(createClock()).hash(password)
  const people = Array.from({ length: count }, (): Person => {
    const id = uuid()
    return { id, email: `${id}@example.com` }
  })
  await client.query(
    `INSERT INTO users (id, email, password_hash)
     SELECT id, email, $3 FROM unnest($1::uuid[], $2::text[]) AS person (id, email)`,
    [people.map(person => person.id), people.map(person => person.email), passwordHash],
  )
  return { people, passwordHash }
}
