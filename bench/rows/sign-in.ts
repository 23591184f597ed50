import { rawArgon2, service } from '../contestants/all.ts'
import type { Message } from '../load/job.ts'
import { type Person, password } from '../seed/people.ts'
import { userAgent } from '../seed/sessions.ts'
import { expectStatus } from './answers.ts'
import type { Entry, Material, Row } from './row.ts'

/** As many as keep the thread pool busy, and few enough that none waits for long. */
const connections = 8

/**
 * How many times as long as others. V8 compiles what is called often, and there are some seventy sign-ins a second: while
 * it is at it, its threads take half a millisecond from each of them.
 */
export const signInWarmUp = 10

/** Sign-in with the right password: how much of the time goes into anything but the hash. */
export function signInRow(material: Material): Row {
  return {
    id: 'sign-in',
    title: 'Sign-in',
    about:
      'People with the right password, each for the first time and from a browser, over 8 connections. The floor checks passwords against a hash with the same parameters, in a process of the same kind that does nothing else.',
    warmUp: signInWarmUp,
    entries: [signInEntry(material), argon2Entry()],
    ratios: [
      {
        of: service.name,
        to: rawArgon2.name,
        figure: 'requestsPerSecond',
        target: { atLeast: 0.9, wanted: 0.97 },
      },
    ],
  }
}

export function signInEntry({ seed, files }: Material, contestant = service): Entry {
  // The other half is for the flood.
  const messages = signIns(seed.people.slice(0, seed.people.length / 2))
  return {
    name: contestant.name,
    contestant,
    async check({ url }) {
      const [message] = signIns(seed.people.slice(-1))
      if (message === undefined) throw new RangeError('there are no people')
      await expectStatus(url, message, 200)
      await expectStatus(
        url,
        { ...message, body: message.body?.replace(password, `${password}!`) ?? '' },
        401,
      )
    },
    prepare: async () => ({
      work: { kind: 'spend', messages: files.messages(messages) },
      expect: [200],
      connections,
    }),
  }
}

export function signIns(people: readonly Person[]): Message[] {
  return people.map(({ email }) => ({
    method: 'POST',
    path: '/v1/auth/login',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ email, password }),
  }))
}

function argon2Entry(): Entry {
  return {
    name: rawArgon2.name,
    contestant: rawArgon2,
    // It throws when a password does not match.
    check: async ({ url }) =>
      void (await expectStatus(url, { method: 'GET', path: '/checks?milliseconds=1', headers: {} }, 200)),
    prepare: async () => ({ work: { kind: 'ask', path: '/checks' }, expect: [200] }),
  }
}
