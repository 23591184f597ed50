/** Joins letters of some scripts, and emoji, to one sign; anywhere else it only hides a difference. */
const joiner =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200C\u200D](?=[\p{L}\p{Extended_Pictographic}])/gu
/** Control, format (direction, zero width) and unassigned characters, line breaks, and letters that show as nothing. */
const hidden = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** U+2800 is a Braille cell without dots. */
const visible = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u

/**
 * Pure: whether a text shows as what it is: it has something to see, and nothing that is not seen, which could change how
 * the text around it reads.
 */
export function isVisibleText(text: string): boolean {
  const shown = text.replace(joiner, '').replaceAll('\uFE0F', '')
  return !hidden.test(shown) && visible.test(shown)
}
