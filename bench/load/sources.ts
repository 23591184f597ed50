import type { Exchange, Source } from './drive.ts'
import { linesOf, messagesOf } from './files.ts'
import { encode } from './http.ts'
import type { Message, Work } from './job.ts'

/** The messages of a file again and again, beginning where the job before ended. */
export function cycleThrough(file: string, host: string): Source {
  const requests = encoded(file, host)
  return { next: () => requests[advance(`cycle ${file}`) % requests.length] ?? null }
}

/** Each message of a file once, over all jobs. */
export function spend(file: string, host: string): Source {
  const requests = encoded(file, host)
  return { next: () => requests[advance(`spend ${file}`)] ?? null }
}

const positions = new Map<string, number>()

function advance(key: string): number {
  const position = positions.get(key) ?? 0
  positions.set(key, position + 1)
  return position
}

const encodings = new Map<string, readonly Exchange[]>()

function encoded(file: string, host: string): readonly Exchange[] {
  const key = `${host} ${file}`
  const requests = encodings.get(key) ?? messagesOf(file).map(message => ({ request: encode(message, host) }))
  encodings.set(key, requests)
  return requests
}

type Chain = Extract<Work, { kind: 'chain' }>

/** Tokens that wait for their turn, from `first` on. */
type Queue = { tokens: string[]; first: number }

const queues = new Map<string, Queue>()

/** Whoever was refreshed longest ago is next, with the token that its last answer gave. */
export function chain({ tokens: file, path, userAgent }: Chain, host: string): Source {
  const queue = queues.get(file) ?? { tokens: [...linesOf(file)], first: 0 }
  queues.set(file, queue)

  return {
    next() {
      const refreshToken = takeFirst(queue)
      if (refreshToken === undefined) return null
      const message: Message = {
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', 'user-agent': userAgent },
        body: JSON.stringify({ refreshToken }),
      }
      return {
        request: encode(message, host),
        answered: answer => queue.tokens.push(nextToken(answer)),
      }
    },
  }
}

function takeFirst(queue: Queue): string | undefined {
  // Now and then, since taking from the front of an array costs as much as the array is long.
  if (queue.first > 10_000) {
    queue.tokens = queue.tokens.slice(queue.first)
    queue.first = 0
  }
  return queue.tokens[queue.first++]
}

function nextToken(body: string): string {
  const answer: { refreshToken?: unknown } = JSON.parse(body)
  if (typeof answer.refreshToken !== 'string') throw new Error(`an answer without a token: ${body}`)
  return answer.refreshToken
}
