import autocannon from 'autocannon'
import { messagesOf } from './files.ts'
import type { Job, Result } from './job.ts'
import { collectLatencies } from './latencies.ts'

/** The messages in turn, by autocannon; its own latencies are whole milliseconds, so they are collected here. */
export async function cannonade(job: Job, file: string): Promise<Result> {
  const messages = messagesOf(file)
  const latencies = collectLatencies()
  let failures = 0
  let firstFailure: string | null = null
  const fail = (how: string) => {
    failures++
    firstFailure ??= how
  }

  let connection = 0
  const startedAt = performance.now()
  let endedAt = startedAt
  await new Promise<void>((resolve, reject) => {
    const options = {
      url: job.url,
      connections: job.connections,
      duration: job.milliseconds / 1000,
      // Each connection takes its share: with the whole list for each, 50,000 tokens would take gigabytes.
      setupClient: (client: autocannon.Client) =>
        client.setRequests(share(messages, connection++, job.connections)),
    }
    const instance = autocannon(options, error => (error ? reject(error) : resolve()))
    instance.on('response', (_client, status, _bytes, milliseconds) => {
      latencies.record(milliseconds)
      endedAt = performance.now()
      if (!job.expect.includes(status)) fail(`status ${status}`)
    })
    instance.on('reqError', error => fail(String(error)))
  })

  const seconds = (endedAt - startedAt) / 1000
  return { requests: latencies.count(), seconds, ...latencies.summary(), failures, firstFailure }
}

function share<T>(all: readonly T[], index: number, of: number): T[] {
  const own = all.filter((_item, position) => position % of === index % of)
  return own.length > 0 ? own : [...all]
}
