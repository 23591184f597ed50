import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { confirm, confirmAtTerminal, requireConfirmable, type Terminal } from '../../../src/cli/confirm.ts'

/** A terminal on which `typed` is typed; empty: it hangs up. */
function terminal(typed: string | null): Terminal & { shown: () => string } {
  const input = Object.assign(new PassThrough(), { isTTY: typed !== null })
  const output = Object.assign(new PassThrough(), { isTTY: typed !== null })
  let shown = ''
  output.on('data', (data: Buffer) => {
    shown += data.toString()
  })
  input.end(typed ?? '')
  return { input, output, shown: () => shown }
}

function command(): Command {
  return new Command('test').exitOverride().configureOutput({ writeErr: () => undefined })
}

const about = { expected: ['ada@example.com', 'an-id'], question: 'This deletes ada@example.com.' }

test.each(['ada@example.com', 'an-id'])('a terminal confirms by typing %s', async typed => {
  const asked = terminal(`${typed}\n`)
  requireConfirmable(command(), undefined, 'ada@example.com', asked)
  await confirm(command(), { ...about, given: undefined }, asked)
  expect(asked.shown()).toContain('This deletes ada@example.com.\nType ada@example.com to confirm: ')
})

test.each(['y\n', '\n', ''])('a terminal on which %j is typed confirms nothing', async typed => {
  const asked = confirm(command(), { ...about, given: undefined }, terminal(typed))
  await expect(asked).rejects.toThrow('not confirmed; nothing was changed')
})

test('without a terminal an option is needed, and it must be right', async () => {
  expect(() => requireConfirmable(command(), undefined, 'all', terminal(null))).toThrow('add --confirm all')
  requireConfirmable(command(), 'all', 'all', terminal(null))
  await confirm(command(), { ...about, given: 'an-id' }, terminal(null))
  const wrong = confirm(command(), { ...about, given: 'eve@example.com' }, terminal(null))
  await expect(wrong).rejects.toThrow('--confirm must be ada@example.com or an-id; nothing was changed')
})

test('what names its target is asked for at a terminal only; a script goes on, and a wrong word never does', async () => {
  const revoke = { expected: ['revoke'], question: 'This ends 3 live sessions.' }
  await confirmAtTerminal(command(), { ...revoke, given: undefined }, terminal(null))
  await confirmAtTerminal(command(), { ...revoke, given: undefined }, terminal('revoke\n'))
  const refused = confirmAtTerminal(command(), { ...revoke, given: undefined }, terminal('no\n'))
  await expect(refused).rejects.toThrow('not confirmed; nothing was changed')
  const wrong = confirmAtTerminal(command(), { ...revoke, given: 'all' }, terminal(null))
  await expect(wrong).rejects.toThrow('--confirm must be revoke; nothing was changed')
})
