import { describe, expect, it } from 'vitest'
import { prettyLine } from '../../../src/log/pretty.ts'
import { createLogger } from '../../../src/observability.ts'

/** What a terminal shows of what is logged, without the time. */
function shown(log: (logger: ReturnType<typeof createLogger>) => void, colored = false): string {
  const lines: string[] = []
  log(createLogger('trace', { write: line => void lines.push(prettyLine(line, colored)) }))
  return lines.join('').replace(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
}

describe('a log line on a terminal', () => {
  it('has the time, the level, the message and the fields in one line', () => {
    const text = shown(logger => {
      logger.warn({ store: 'postgres', reason: 'connect ECONNREFUSED 127.0.0.1:5432' }, 'postgres is down')
      logger.info({ address: 'http://127.0.0.1:3000' }, 'listening')
    })
    expect(text).toBe(
      'TIME WARN  postgres is down  store=postgres reason="connect ECONNREFUSED 127.0.0.1:5432"\n' +
        'TIME INFO  listening  address=http://127.0.0.1:3000\n',
    )
  })

  it('has the stacks of an error and of its causes below it', () => {
    const error = new Error('outer', { cause: new Error('inner') })
    const lines = shown(logger => logger.error({ err: error }, 'request failed')).split('\n')
    expect(lines[0]).toBe('TIME ERROR request failed  err="outer; cause: inner"')
    expect(lines[1]).toBe('    Error: outer')
    expect(lines).toContain('    caused by')
    expect(lines).toContain('    Error: inner')
  })

  it('cannot be forged, nor control the terminal, by what a caller sent', () => {
    const text = shown(logger => logger.info({ name: '\u001b[2J\nx\u009b' }, 'a\u001b[31m\nb'))
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u)
  })

  it('has colors only where they are wanted', () => {
    expect(shown(logger => logger.warn('x'), true)).toContain('\u001b[33mWARN \u001b[39m')
    expect(shown(logger => logger.warn('x'))).not.toContain('\u001b')
  })

  it('is left as it is when it is no JSON', () => {
    expect(prettyLine('a warning of Node.js\n', false)).toBe('a warning of Node.js\n')
  })
})
