import type { Accent } from '../../config/branding/accent.ts'
import type { Logo } from '../../config/branding/formats.ts'

/** The operator's settings for the look of the pages. */
export type Branding = {
  name: string
  logo: Logo | null
  accent: Accent | null
  supportUrl: string | null
  privacyUrl: string | null
}

/** The settings that the page knows, so that a form can state a rule before the service rejects a value. */
export type ConsoleSettings = {
  branding: Branding
  isRegistrationOpen: boolean
  passwordMinLength: number
  clientTypes: Iterable<string>
}

export const logoPath = '/console/logo'
export const brandStylesPath = '/console/brand.css'

/** Fills in the `meta` elements of the page, which has the defaults, and the operator's look. */
export function pageWith(page: string, settings: ConsoleSettings): string {
  const { name, logo, accent, supportUrl, privacyUrl } = settings.branding
  const logoUrl = logo === null ? '' : logo.kind === 'url' ? logo.url : logoPath
  const contents = {
    name,
    logo: logoUrl,
    'support-url': supportUrl ?? '',
    'privacy-url': privacyUrl ?? '',
    registration: settings.isRegistrationOpen ? 'open' : 'closed',
    'password-min-length': String(settings.passwordMinLength),
    'client-types': [...settings.clientTypes].join(' '),
  }
  const filled = Object.entries(contents).reduce((html, [meta, content]) => {
    const place = new RegExp(`(?<=<meta name="latchkey-${meta}" content=")[^"]*`)
    return html.replace(place, () => escaped(content))
  }, page)
  const titled = filled.replace(/(?<=<title>)[^<]*/, () => escaped(name))
  const marked =
    logo === null
      ? titled
      : titled.replace(/<link rel="icon"[^>]*>/, () => `<link rel="icon" href="${escaped(logoUrl)}" />`)
  if (accent === null) return marked
  return marked.replace('</head>', () => `<link rel="stylesheet" href="${brandStylesPath}" /></head>`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** Overrides the variables of the components' stylesheet. A file, since the policy allows no style inside the page. */
export function brandStyles({ strong, text, faint }: Accent): string {
  return [
    ':root {',
    `  --lk-accent: light-dark(${text.light}, ${text.dark});`,
    `  --lk-accent-strong: ${strong};`,
    `  --lk-accent-faint: light-dark(${faint.light}, ${faint.dark});`,
    '}',
    '',
  ].join('\n')
}
