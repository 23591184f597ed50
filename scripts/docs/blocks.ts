import { fromMarkdown } from 'mdast-util-from-markdown'

/** What a page shows that the commands before it have printed. */
export type Answer = { line: number; language: string; text: string }

/** A fenced block of a page. `line` is where its fence stands, counted from one. */
export type Block =
  | { kind: 'run'; line: number; commands: string; answer: Answer | null }
  | { kind: 'program'; line: number; text: string; isRun: boolean; isAlone: boolean }
  | { kind: 'not_run'; line: number; why: string }

/**
 * The blocks of a page in order. Each says after its language what it is, where a reader of the page does not see it:
 *
 *     bash run             commands, run as they stand
 *     json answer          what the block before it has printed, or `text answer`
 *     ts run, ts checked   a part of the page's program, whose types are checked; or which is run, too
 *     ts alone             a program of its own, whose types are checked
 *     bash skip: REASON    commands that are not run
 *     yaml excerpt         no commands
 *
 * @throws Error for a block that says nothing of this, or an answer to nothing.
 */
export function blocksIn(markdown: string): Block[] {
  const blocks: Block[] = []
  for (const { line, language, mark, text } of fencesIn(fromMarkdown(markdown).children)) {
    const block = blockOf(line, language, mark, text)
    if (block !== null) {
      blocks.push(block)
      continue
    }
    if (mark !== 'answer') throw new Error(`line ${line}: the block does not say whether it is to be run`)
    const asked = blocks.at(-1)
    if (asked?.kind !== 'run' || asked.answer !== null) throw new Error(`line ${line}: an answer to nothing`)
    asked.answer = { line, language, text }
  }
  return blocks
}

function blockOf(line: number, language: string, mark: string, text: string): Block | null {
  const isProgram = language === 'ts' || language === 'tsx'
  if (isProgram && (mark === 'run' || mark === 'checked' || mark === 'alone')) {
    return { kind: 'program', line, text, isRun: mark === 'run', isAlone: mark === 'alone' }
  }
  if (mark === 'run') return { kind: 'run', line, commands: text, answer: null }
  if (mark === 'excerpt') return { kind: 'not_run', line, why: 'an excerpt' }
  if (mark.startsWith('skip: ')) return { kind: 'not_run', line, why: mark.slice('skip: '.length) }
  return null
}

type Node = ReturnType<typeof fromMarkdown>['children'][number]
type Fence = { line: number; language: string; mark: string; text: string }

function fencesIn(nodes: readonly Node[]): Fence[] {
  return nodes.flatMap(node => {
    if ('children' in node) return fencesIn(node.children)
    if (node.type !== 'code') return []
    const line = node.position?.start.line ?? 0
    return [{ line, language: node.lang ?? '', mark: node.meta ?? '', text: node.value }]
  })
}
