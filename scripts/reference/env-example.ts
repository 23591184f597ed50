/** `shown`: the line is not commented out, so it must be filled in. */
export type Entry = { section: string; name: string; value: string; shown: boolean; comment: string }

/**
 * The entries of `.env.example`. `# --- Title` begins a section. `NAME=value` must be filled in, `#NAME=value` shows a
 * default; the comment is the lines `# …` directly above. Throws if a line above an entry is not a comment.
 */
export function entriesOf(text: string): Entry[] {
  let section = ''
  return text.split('\n\n').flatMap(paragraph => {
    const lines = paragraph.trim().split('\n')
    section = /^# --- (.+)$/.exec(lines[0] ?? '')?.[1] ?? section
    const [, hidden, name, value] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(lines.at(-1) ?? '') ?? []
    if (name === undefined || value === undefined) return []
    const comments = lines.slice(0, -1)
    if (comments.some(line => !line.startsWith('# ')))
      throw new Error(`${name} has a line that is no comment`)
    const comment = comments.map(line => line.slice(2)).join(' ')
    return [{ section, name, value, shown: hidden === '', comment }]
  })
}
