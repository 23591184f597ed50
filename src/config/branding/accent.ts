import { makeExactValidator } from 'envalid'
import { type Color, contrast, mix, movedUntilReadable, readColor, writeColor } from './color.ts'

/** The shades that a page uses of an accent color, each as `#rrggbb`. */
export type Accent = {
  /** Behind white text. */
  strong: string
  /** Links and marks, on the page and on `faint`. */
  text: { light: string; dark: string }
  /** Behind marks. */
  faint: { light: string; dark: string }
}

const white: Color = [255, 255, 255]
const black: Color = [0, 0, 0]
/** The darkest surface behind marks in the light theme, and the lightest in the dark theme. */
const lightSurface: Color = [246, 247, 249]
const darkSurface: Color = [30, 35, 44]
/** For text of any size (WCAG 2.2, 1.4.3). */
const leastContrast = 4.5

/** White text must be readable on the color. The shades for other backgrounds are derived from it. */
export const accentColor = makeExactValidator<Accent>(input => {
  const color = readColor(input)
  if (color === null) throw new TypeError('must be a color like #2a52c2')
  const ratio = contrast(color, white)
  if (ratio < leastContrast) {
    const remedy = writeColor(movedUntilReadable(color, black, white, leastContrast))
    throw new RangeError(
      `must be a color on which white text is readable: its contrast is ${ratio.toFixed(1)}, and at least ${leastContrast} is needed; ${remedy} has enough`,
    )
  }
  return accentOf(color)
})

function accentOf(color: Color): Accent {
  const faintLight = mix(lightSurface, color, 0.09)
  const faintDark = mix(darkSurface, color, 0.22)
  return {
    strong: writeColor(color),
    text: {
      light: writeColor(movedUntilReadable(color, black, faintLight, leastContrast + 0.1)),
      dark: writeColor(movedUntilReadable(color, white, faintDark, leastContrast + 0.1)),
    },
    faint: { light: writeColor(faintLight), dark: writeColor(faintDark) },
  }
}
