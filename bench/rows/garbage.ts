import { randomBytes } from 'node:crypto'
import { bareFastify, quickFastify, sameRefusal, service } from '../contestants/all.ts'
import { bearer, expectStatus, verifyMessage } from './answers.ts'
import type { Entry, Material, Row } from './row.ts'
import { cycle, fastifyEntry, firstOf, sameAnswerEntry } from './verify.ts'

const variants = 1_000

/** Verify of what nobody was given: it must cost little, since anybody can send it. */
export function garbageRow(material: Material): Row {
  const { sessions } = material.seed
  const { length } = firstOf(sessions).accessToken
  const random = Array.from({ length: variants }, () => randomToken(length))
  const forged = sessions.slice(0, variants).map(session => forge(session.accessToken))
  const figure = 'requestsPerSecond'
  return {
    id: 'garbage',
    title: 'Verify of garbage',
    about:
      'Random text in the form of a token, and real tokens of live sessions with another signature; each must be answered 401. The second kind names a key and a session of ours, so that it costs what proving a signature costs. The floor looks at no token at all, once as it comes and once as the service runs (decision 86); a third one gives the same refusal as the service to whoever asks.',
    entries: [
      garbageEntry('Latchkey, random text', material, random),
      garbageEntry('Latchkey, wrong signature', material, forged),
      fastifyEntry(material),
      fastifyEntry(material, quickFastify),
      sameAnswerEntry(sameRefusal, { status: 401, told: ['content-type', 'www-authenticate'] }, material),
    ],
    ratios: [
      {
        of: 'Latchkey, random text',
        to: bareFastify.name,
        figure,
        target: { atLeast: 0.7, wanted: 0.9 },
      },
      { of: 'Latchkey, wrong signature', to: bareFastify.name, figure },
      { of: 'Latchkey, random text', to: quickFastify.name, figure },
      { of: 'Latchkey, random text', to: sameRefusal.name, figure },
      { of: sameRefusal.name, to: quickFastify.name, figure },
    ],
  }
}

export function garbageEntry(
  name: string,
  { files }: Material,
  tokens: readonly string[],
  contestant = service,
): Entry {
  const messages = tokens.map(token => verifyMessage(bearer(token)))
  return {
    name,
    contestant,
    check: async ({ url }) => {
      for (const message of messages.slice(0, 10)) await expectStatus(url, message, 401)
    },
    prepare: async () => ({ work: cycle(files.messages(messages)), expect: [401] }),
  }
}

/** Three segments of base64url, as long as a real one. */
export function randomToken(length: number): string {
  const text = randomBytes(length).toString('base64url').slice(0, length)
  return `${text.slice(0, 100)}.${text.slice(101, -87)}.${text.slice(-86)}`
}

function forge(token: string): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${randomBytes(64).toString('base64url')}`
}
