/** A table of Markdown. The first row is the heading. */
export function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows]
    .map(cells => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

export function code(text: string): string {
  return `\`${text}\``
}

/** The text as a sentence: with a capital letter and a period. */
export function sentence(text: string): string {
  const capitalized = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.?!]$/.test(capitalized) ? capitalized : `${capitalized}.`
}
