import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { type Certificate, makeCertificate } from '../../support/certificate.ts'
import { client } from '../../support/client.ts'
import { freePort } from '../../support/port.ts'
import { type Refusal, startRefusingPostgres } from '../../support/refusing-postgres.ts'
import { secret } from '../../support/service.ts'

vi.setConfig({ testTimeout: 120_000 })

let certificate: Certificate
beforeAll(async () => {
  certificate = await makeCertificate()
})
afterAll(() => certificate.remove())

/** `latchkey migrate` against a server that turns it away. */
async function migrate(refusal: Refusal, urlOf: (port: number) => string) {
  const server = await startRefusingPostgres(refusal)
  try {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, [join(inject('builtService'), 'cli.js'), 'migrate'], {
      env: { PATH, DATABASE_URL: urlOf(server.port) },
    })
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stderr }
  } finally {
    server.close()
  }
}

/** One line that names the setting: no stack, and no warning of the driver. */
function expectOneLine({ code, stderr }: { code: number | null; stderr: string }, message: RegExp): void {
  expect(stderr).toMatch(/^latchkey: the database cannot be used, check DATABASE_URL: .+\n$/)
  expect(stderr).toMatch(message)
  expect(code).toBe(1)
}

describe('a start that Postgres refuses is one line with the remedy', () => {
  it.each(['require', 'verify-full'])('its certificate is not trusted (sslmode=%s)', async mode => {
    const result = await migrate(
      { kind: 'tls', certificate },
      port => `postgres://u:p@127.0.0.1:${port}/db?sslmode=${mode}`,
    )
    expectOneLine(result, /self-signed certificate; .+ sslrootcert=.+ NODE_EXTRA_CA_CERTS/)
  })

  it('its certificate is of another host', async () => {
    const result = await migrate(
      { kind: 'tls', certificate },
      port =>
        `postgres://u:p@localhost:${port}/db?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate.file)}`,
    )
    expectOneLine(result, /use a host in DATABASE_URL that the certificate of the server names/)
  })

  it('it does not speak TLS', async () => {
    const url = (port: number) => `postgres://u:p@127.0.0.1:${port}/db?sslmode=require`
    const result = await migrate({ kind: 'no_tls' }, url)
    expectOneLine(
      result,
      /does not support SSL connections; switch TLS on at the server; or, .+ sslmode=disable/,
    )
  })

  it.each([
    ['42704', 'unrecognized configuration parameter "project"'],
    ['22023', 'invalid value for parameter "search_path"'],
    ['08P01', 'unsupported startup parameter: statement_timeout'],
  ])('it refuses a parameter of the connection (%s)', async (code, message) => {
    const url = (port: number) => `postgres://u:p@127.0.0.1:${port}/db?options=project%3Dx`
    const result = await migrate({ kind: 'parameter', code, message }, url)
    expectOneLine(result, /parameter.+; remove options= .+ DATABASE_POOLER=transaction/)
  })
})

describe('a server whose Postgres has a certificate that is not trusted', () => {
  it('starts, logs why and what to do without a stack, and answers 503', async () => {
    const postgres = await startRefusingPostgres({ kind: 'tls', certificate })
    const port = await freePort()
    const child = spawn(process.execPath, [join(inject('builtService'), 'cli.js'), 'serve'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: String(port),
        METRICS_PORT: '0',
        DATABASE_URL: `postgres://u:p@127.0.0.1:${postgres.port}/db?sslmode=require`,
        LATCHKEY_SECRET: secret,
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', data => {
        output += data
      })
    }
    try {
      const isUp = () =>
        fetch(`http://127.0.0.1:${port}/health/live`).then(
          answer => answer.ok,
          () => false,
        )
      await expect.poll(isUp, { timeout: 100_000, interval: 200 }).toBe(true)
      const login = { body: { email: 'ada@example.test', password: 'a password of a person' } }
      const answer = await client(`http://127.0.0.1:${port}`).call('POST', '/v1/auth/login', login)
      expect([answer.status, answer.body['code']]).toEqual([503, 'store_unavailable'])
      const line = (message: string) => output.split('\n').filter(each => each.includes(`"msg":"${message}"`))
      const [started = '', ...more] = line('started without the database')
      expect(more).toEqual([])
      expect(started).toMatch(
        /"reason":"the database cannot be used, .+self-signed certificate; .+sslrootcert/,
      )
      expect(started).not.toMatch(/stack|\bat /)
      expect(started.length).toBeLessThan(600)
      // On a slow machine, a poll that took too long may come first.
      await expect
        .poll(() => line('postgres is down').at(-1), { timeout: 30_000 })
        .toMatch(/"reason":"self-signed certificate","remedy":".+NODE_EXTRA_CA_CERTS"/)
      expect(output).not.toContain('SECURITY WARNING')
    } finally {
      postgres.close()
      child.kill()
    }
  })
})
