import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, startInstance } from './one-instance.ts'

/**
 * Whether a flood of sign-ins starves verify: its latency at a fixed rate, first alone and then beside 64 clients that
 * sign in with wrong passwords as fast as they can, for ten thousand addresses. Prints both, and how the flood fared.
 *
 *     npm run build && npx tsx bench/sign-in-flood.ts
 */
const seconds = 10
const verifiesPerSecond = 200
const floodingClients = 64
const email = 'owner@example.test'
const password = 'walnut harbour bench'

type Answer = { status: number; ms: number; body: string }

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })

function ask(url: string, method: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, headers }, response => {
      let text = ''
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - started, body: text }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

const logIn = (url: string, body: object) =>
  ask(`${url}/v1/auth/login`, 'POST', { 'content-type': 'application/json' }, JSON.stringify(body))

/** At a fixed rate, whether or not the answers keep up: who waits for them would not notice a pause. */
async function verifyLatencies(url: string, token: string): Promise<number[]> {
  const asked: Promise<Answer>[] = []
  const started = performance.now()
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * verifiesPerSecond)
    while (asked.length < due) {
      asked.push(ask(`${url}/v1/verify`, 'GET', { authorization: `Bearer ${token}` }))
    }
    await sleep(1)
  }
  const answers = await Promise.all(asked)
  const wrong = answers.filter(answer => answer.status !== 204)
  if (wrong.length > 0) throw new Error(`${wrong.length} verifies failed, the first with ${wrong[0]?.status}`)
  return answers.map(answer => answer.ms)
}

/** In a process of its own, so that it does not hold up the clock of the other. */
async function flood(url: string): Promise<void> {
  const statuses: Record<number, number> = {}
  const began = performance.now()
  const client = async () => {
    while (performance.now() - began < (seconds + 2) * 1000) {
      const email = `${randomUUID()}@example.test`
      const { status } = await logIn(url, { email, password: 'not the password' })
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: floodingClients }, client))
  console.log('the flood was answered', statuses)
}

function tell(name: string, latencies: readonly number[]): void {
  const [half, most] = [0.5, 0.99].map(share => quantile(latencies, share).toFixed(2))
  console.log(`${name}: ${latencies.length} verifies, p50 ${half} ms, p99 ${most} ms`)
}

async function measure(): Promise<void> {
  const instance = await startInstance()
  const { url } = instance
  try {
    instance.latchkey(['users', 'create', '--email', email, '--password-stdin'], password)
    const { accessToken } = JSON.parse((await logIn(url, { email, password })).body)
    await verifyLatencies(url, accessToken)
    const alone = await verifyLatencies(url, accessToken)
    tell('alone', alone)
    const flooding = spawn(process.execPath, [...process.execArgv, import.meta.filename, url], {
      stdio: 'inherit',
    })
    await sleep(1_000)
    const beside = await verifyLatencies(url, accessToken)
    tell('beside the flood', beside)
    await once(flooding, 'exit')
    console.log(`p99 is ${(quantile(beside, 0.99) / quantile(alone, 0.99)).toFixed(1)} times that alone`)
  } finally {
    await instance.stop()
  }
}

const [, , target] = process.argv
await (target === undefined ? measure() : flood(target))
agent.destroy()
