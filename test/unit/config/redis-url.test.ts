import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { databaseOf } from '../../../src/store/redis/redis.ts'

function refusal(redisUrl: string): string {
  try {
    readConfig({
      LATCHKEY_SECRET: randomBytes(32).toString('base64'),
      DATABASE_URL: 'postgres://localhost/db',
      REDIS_URL: redisUrl,
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'accepted'
}

test.each([
  ['redis://localhost', 0],
  ['redis://user:p%23w@localhost:6379/', 0],
  ['rediss://[::1]:6379/15', 15],
  ['redis://localhost?db=3', 3],
  ['redis://localhost?family=6', 0],
])('REDIS_URL may be %s, which is database %i', (url, database) => {
  expect(refusal(url)).toBe('accepted')
  expect(databaseOf({ kind: 'standalone', url })).toBe(database)
})

test.each([
  ['redis://u:p@127.0.0.1:6379/cache', /has a path that is not a database number/],
  ['redis://127.0.0.1:6379/1/2', /has a path that is not a database number/],
  ['redis://127.0.0.1:6379/-1', /has a path that is not a database number/],
  ['redis://127.0.0.1:6379?db=cache', /has a path that is not a database number/],
  ['redis:///var/run/r.sock', /has no host: .+ Unix sockets are not supported/],
  ['redis://', /has no host|cannot be read/],
  ['redis://h?path=/var/run/r.sock', /has no host/],
  ['/var/run/r.sock', /must be a URL that begins with redis:\/\/ or rediss:\/\//],
  ['redis+sentinel://h', /must be a URL that begins with/],
  ['redis://u:Zx9#kQ2@h:6379', /cannot be read: write # \? \/ @/],
  ['redis://u:Zx9/kQ2@h:6379', /cannot be read: write # \? \/ @/],
  ['redis://u:9/kQ2@h:6379', /cannot be read: write # \? \/ @/],
  ['redis://u:9?kQ2@h:6379', /cannot be read: write # \? \/ @/],
])('REDIS_URL may not be %s', (url, message) => {
  const line = refusal(url)
  expect(line).toMatch(/^REDIS_URL /)
  expect(line).toMatch(message)
  expect(line).not.toMatch(/Zx9|kQ2|\n/)
})
