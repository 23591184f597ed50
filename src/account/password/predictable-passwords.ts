/** What fingers run along on three keyboards, by rows and by columns; the digits; the alphabet. */
const lines = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'qsdfghjklm',
  'zxcvbnm',
  'yxcvbnm',
  'wxcvbn',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
]
const ways = [...lines, ...lines.map(line => [...line].reverse().join(''))]

/** Shorter ones are in every word. */
const shortestRun = 3

/** Pure: the shortest piece that a text is a repetition of, the last one perhaps cut short; else the text itself. */
export function repeatedPiece(text: string): string {
  for (let period = 1; period * 2 <= text.length; period++) {
    if (text.startsWith(text.slice(period))) return text.slice(0, period)
  }
  return text
}

/** Pure: whether a text is nothing but runs along these lines, in either direction, and of one character. */
export function isMadeOfRuns(text: string): boolean {
  let rest = text
  while (rest !== '') {
    const length = longestRun(rest)
    if (length < shortestRun) return false
    rest = rest.slice(length)
  }
  return true
}

/** How far the beginning of a text is one run. */
function longestRun(text: string): number {
  const first = text.charAt(0)
  return Math.max(...[first.repeat(text.length), ...ways].map(way => sharedLength(way, text)))
}

/** How far a text goes along a line, from wherever its first character stands. */
function sharedLength(way: string, text: string): number {
  const start = way.indexOf(text.charAt(0))
  if (start < 0) return 0
  let length = 0
  while (length < text.length && way[start + length] === text[length]) length++
  return length
}
