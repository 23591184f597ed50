import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { gather } from '../../../src/store/gather.ts'

/** Answers each item with its name in capitals. */
function server() {
  const commands: string[][] = []
  return {
    commands,
    ask: async (take: () => readonly string[]) => {
      const items = take()
      commands.push([...items])
      return items.map(item => item.toUpperCase())
    },
  }
}

describe('gathered questions', () => {
  it('are one command for all that is asked for in one turn, and each gets what it asked for', async () => {
    const { ask, commands } = server()
    const read = gather(ask)
    expect(await Promise.all([read('a'), read('b'), read('a')])).toEqual(['A', 'B', 'A'])
    expect(commands).toEqual([['a', 'b', 'a']])
  })

  it('answer nobody by a command that was sent before the question', async () => {
    const { ask, commands } = server()
    const read = gather(ask)
    const first = read('a')
    await nextTurn()
    expect(commands).toEqual([['a']])
    expect(await Promise.all([first, read('a')])).toEqual(['A', 'A'])
    expect(commands).toEqual([['a'], ['a']])
  })

  it('take along who comes while the command cannot be sent yet', async () => {
    const { ask, commands } = server()
    let connect = () => {}
    const connected = new Promise<void>(resolve => {
      connect = resolve
    })
    const read = gather(async (take: () => readonly string[]) => {
      await connected
      return await ask(take)
    })
    const first = read('a')
    await nextTurn()
    const second = read('b')
    await nextTurn()
    connect()
    expect(await Promise.all([first, second])).toEqual(['A', 'B'])
    expect(commands).toEqual([['a', 'b']])
  })

  it('travel in several commands when there are more than a hundred', async () => {
    const { ask, commands } = server()
    const items = Array.from({ length: 250 }, (_unused, index) => `item ${index}`)
    expect(await Promise.all(items.map(gather(ask)))).toEqual(items.map(item => item.toUpperCase()))
    expect(commands).toEqual([items.slice(0, 100), items.slice(100, 200), items.slice(200)])
  })

  it('travel in several commands when there are more than may travel together', async () => {
    const { ask, commands } = server()
    const read = gather(ask, { mostTogether: 2 })
    expect(await Promise.all(['a', 'b', 'c'].map(read))).toEqual(['A', 'B', 'C'])
    expect(commands).toEqual([['a', 'b'], ['c']])
  })

  it('fail for all who asked in that turn, and for nobody after it', async () => {
    const { ask } = server()
    let hangs = true
    const read = gather((take: () => readonly string[]) =>
      hangs ? Promise.reject(new Error('Command timed out')) : ask(take),
    )
    const asked = await Promise.allSettled([read('a'), read('b')])
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    hangs = false
    expect(await read('a')).toBe('A')
  })

  it('are refused when too many wait for their answers, and taken again once they have them', async () => {
    const answer: (() => void)[] = []
    const admit = (waiting: number) => {
      if (waiting >= 2) throw new Error('too many')
    }
    const read = gather(
      (take: () => readonly string[]) => {
        const items = take()
        return new Promise<readonly string[]>(resolve => answer.push(() => resolve(items)))
      },
      { admit },
    )
    const first = [read('a'), read('b')]
    await nextTurn()
    await expect(read('c')).rejects.toThrow('too many')
    answer[0]?.()
    expect(await Promise.all(first)).toEqual(['a', 'b'])
    const second = read('c')
    await nextTurn()
    answer[1]?.()
    expect(await second).toBe('c')
  })
})
