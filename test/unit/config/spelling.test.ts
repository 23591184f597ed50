import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'

const minimal = {
  DATABASE_URL: 'postgres://localhost/db',
  LATCHKEY_SECRET: randomBytes(32).toString('base64'),
}
const warningsOf = (changes: Record<string, string>) => readConfig({ ...minimal, ...changes }).warnings

describe('a variable that is almost a setting', () => {
  it.each([
    ['PASWORD_MIN_LENGTH', 'PASSWORD_MIN_LENGTH'],
    ['REGISTRATON', 'REGISTRATION'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['PERMISSION', 'PERMISSIONS'],
    ['ISUER', 'ISSUER'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['HOSTS', 'HOST'],
    ['REDIS_URI', 'REDIS_URL'],
    ['REDIS_TLS_URL', 'REDIS_URL'],
  ])('is a warning: %s', (name, meant) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([expect.stringMatching(`^${name} .+ ${meant}\\??$`)])
  })

  it('is none beside the setting itself', () => {
    expect(warningsOf({ LOGLEVEL: 'debug', LOG_LEVEL: 'info' })).toEqual([])
  })

  it.each([
    ['REDIS_TLS_URL', 'REDIS_URL', 'redis://localhost'],
    ['DATABASE_URL_UNPOOLED', 'DATABASE_URL', minimal.DATABASE_URL],
  ])('may be what a platform sets: %s', (name, setting, value) => {
    expect(warningsOf({ [name]: 'rediss://elsewhere', [setting]: value })).toEqual([])
  })

  it('is none of what every shell sets', () => {
    const shell = { HOME: '/root', USER: 'u', PATH: '/bin', PWD: '/', SHELL: '/bin/sh', TERM: 'xterm' }
    const more = {
      LANG: 'C',
      HOSTNAME: 'h',
      LOGNAME: 'u',
      SHLVL: '1',
      EDITOR: 'vi',
      TZ: 'UTC',
      COLUMNS: '80',
    }
    expect(warningsOf({ ...shell, ...more, NODE_ENV: 'test', OTEL_TRACES_EXPORTER: 'otlp' })).toEqual([])
  })

  it.each([
    ['LATCHKEY_SECRETS', /did you mean LATCHKEY_SECRET\? Correct it, or unset it$/],
    ['CACHE_TTL', /did you mean CACHE_TTL_SECONDS\?/],
    ['ALLOWED_ORIGIN', /did you mean ALLOWED_ORIGINS\?/],
    ['LATCHKEY_SOMETHING_ELSE', /check its spelling against \.env\.example, or unset it$/],
  ])('stops the start where the name can only be ours: %s', (name, message) => {
    expect(() => readConfig({ ...minimal, [name]: 'x' })).toThrow(message)
  })
})
