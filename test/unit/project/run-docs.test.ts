import { describe, expect, it } from 'vitest'
import { blocksIn } from '../../../scripts/docs/blocks.ts'
import { difference } from '../../../scripts/docs/shape.ts'

const fence = '```'
const page = (...blocks: [info: string, text: string][]) =>
  blocks.map(([info, text]) => `${fence}${info}\n${text}\n${fence}\n`).join('\nand then\n\n')

describe('the blocks of a page', () => {
  it('are run or not as they say, and an answer belongs to the block before it', () => {
    const markdown = page(
      ['bash run', 'echo 1'],
      ['text answer', '1'],
      ['bash run', 'true'],
      ['bash skip: needs root', 'systemctl'],
      ['yaml excerpt', 'a: 1'],
    )
    expect(blocksIn(markdown)).toEqual([
      { kind: 'run', line: 1, commands: 'echo 1', answer: { line: 7, language: 'text', text: '1' } },
      { kind: 'run', line: 13, commands: 'true', answer: null },
      { kind: 'not_run', line: 19, why: 'needs root' },
      { kind: 'not_run', line: 25, why: 'an excerpt' },
    ])
  })

  it('in TypeScript are parts of one program, unless they stand alone', () => {
    const markdown = page(['ts run', 'a'], ['ts checked', 'b'], ['ts alone', 'c'])
    expect(blocksIn(markdown)).toMatchObject([
      { kind: 'program', isRun: true, isAlone: false },
      { kind: 'program', isRun: false, isAlone: false },
      { kind: 'program', isRun: false, isAlone: true },
    ])
    expect(() => blocksIn(page(['bash alone', 'true']))).toThrow('does not say')
  })

  it('are found inside of lists, and not inside of other blocks', () => {
    const inList = `- a setting:\n\n  ${fence}bash run\n  true\n  ${fence}\n`
    expect(blocksIn(inList)).toMatchObject([{ kind: 'run', line: 3, commands: 'true' }])
    const inBlock = `\`${fence}text excerpt\n${fence}bash run\ntrue\n${fence}\n\`${fence}\n`
    expect(blocksIn(inBlock)).toMatchObject([{ kind: 'not_run' }])
  })

  it.each([
    ['bash', 'does not say'],
    ['bash ran', 'does not say'],
    ['', 'does not say'],
    ['json answer', 'an answer to nothing'],
  ])('that say %j are refused, with their line', (info, message) => {
    expect(() => blocksIn(`# Title\n\n${page([info, 'x'])}`)).toThrow(`line 3: `)
    expect(() => blocksIn(page([info, 'x']))).toThrow(message)
  })

  it('have one answer', () => {
    const twice = page(['bash run', 'echo 1'], ['text answer', '1'], ['text answer', '1'])
    expect(() => blocksIn(twice)).toThrow('line 13: an answer to nothing')
  })
})

const inText = (shown: string, printed: string) =>
  difference({ line: 1, language: 'text', text: shown }, printed)
const inJson = (shown: unknown, printed: unknown) =>
  difference({ line: 1, language: 'json', text: JSON.stringify(shown) }, JSON.stringify(printed))

describe('what was printed', () => {
  it('may differ from a text in ids, times and what is shown as …', () => {
    const shown = 'HTTP/1.1 204\nid 01a1fd5a-d6ff-7688-9eb9-ec2fff33eb24 at 2026-01-31T12:00:00.000Z by …'
    const printed = 'HTTP/1.1 204\nid 0198c0de-0000-7000-8000-000000000000 at 2030-12-01T00:00:00Z by (ada)\n'
    expect(inText(shown, printed)).toBeNull()
  })

  it.each([
    ['204', '401'],
    ['a.c', 'abc'],
    ['one', 'one\ntwo'],
    ['one\ntwo', 'one'],
    ['at 2026-01-31T12:00:00.000Z', 'at noon'],
    ['id 01a1fd5a-d6ff-7688-9eb9-ec2fff33eb24', 'id 7'],
  ])('is not like %j when it is %j', (shown, printed) => {
    expect(inText(shown, printed)).toEqual(expect.any(String))
  })

  it('may differ from JSON in ids, times, numbers, what is shown as …, spaces, and the order of names', () => {
    const shown = {
      id: '01a1fd5a-d6ff-7688-9eb9-ec2fff33eb24',
      expiresIn: 891,
      token: 'lkr_…',
      roles: ['a', '…'],
      name: null,
    }
    const id = '0198c0de-0000-7000-8000-000000000000'
    const printed = { name: null, id, expiresIn: 1, token: 'lkr_x\ny', roles: ['a', 'b', 'c'] }
    expect(inJson(shown, printed)).toBeNull()
  })

  it.each([
    [{ code: 'session_revoked' }, { code: 'session_expired' }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { a: '1' }],
    [{ a: true }, { a: false }],
    [{ a: null }, { a: {} }],
    [[1], [1, 2]],
    [[1, 2, '…'], [1]],
    [{ a: [{ b: 'x' }] }, { a: [{ b: 'y' }] }],
  ])('is not like %j when it is %j', (shown, printed) => {
    expect(inJson(shown, printed)).toEqual(expect.any(String))
  })

  it('is not like JSON when it is none', () => {
    expect(difference({ line: 1, language: 'json', text: '{}' }, '')).toBe('this is no JSON: (nothing)')
  })
})
