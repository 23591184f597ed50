import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createSharedMget } from '../../src/store/shared-mget.ts'

/** Answers each key with its name in capitals, but for those that it does not have. */
function server() {
  const commands: string[][] = []
  return {
    commands,
    mget: async (keys: string[]) => {
      commands.push([...keys])
      return keys.map(key => (key.startsWith('no') ? null : key.toUpperCase()))
    },
  }
}

describe('a shared MGET', () => {
  it('is one command for all that is asked for in one turn, and each gets what it asked for', async () => {
    const redis = server()
    const read = createSharedMget()
    const answers = await Promise.all([
      read(redis, ['a', 'no-b']),
      read(redis, ['c', 'd']),
      read(redis, ['e', 'a']),
    ])
    expect(answers).toEqual([
      ['A', null],
      ['C', 'D'],
      ['E', 'A'],
    ])
    expect(redis.commands).toEqual([['a', 'no-b', 'c', 'd', 'e', 'a']])
  })

  it('answers nobody by a command that was sent before the question', async () => {
    const redis = server()
    const read = createSharedMget()
    const first = read(redis, ['a'])
    await nextTurn()
    expect(redis.commands).toEqual([['a']])
    expect(await Promise.all([first, read(redis, ['a'])])).toEqual([['A'], ['A']])
    expect(redis.commands).toEqual([['a'], ['a']])
  })

  it('fails for all who asked in that turn, and for nobody after it', async () => {
    const read = createSharedMget()
    const hung = { mget: () => Promise.reject(new Error('Command timed out')) }
    const asked = await Promise.allSettled([read(hung, ['a']), read(hung, ['b'])])
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await read(server(), ['a'])).toEqual(['A'])
  })
})
