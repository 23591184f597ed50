const key = [
  '<rect width="32" height="32" rx="8" fill="#2f5bd7"/>',
  '<circle cx="12.5" cy="12.5" r="5" fill="none" stroke="#fff" stroke-width="2.6"/>',
  '<path d="m16.2 16.2 7.6 7.6m-3.4-3.4 2.6-2.6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>',
].join('')

const svg = (width: number, content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 32"><title>Latchkey</title>${content}</svg>`

const name =
  '<text x="42" y="23" font-family="system-ui, sans-serif" font-size="20" font-weight="600" fill="#fff">Latchkey</text>'

/** The look of the pages at `/docs`, with `data:` URIs and the service's own files. */
export const pageTheme = {
  logo: {
    type: 'image/svg+xml',
    content: Buffer.from(svg(140, key + name)),
    href: '/docs',
    target: '_self' as const,
  },
  theme: {
    title: 'Latchkey API',
    favicon: [
      { filename: 'icon.svg', rel: 'icon', sizes: 'any', type: 'image/svg+xml', content: svg(32, key) },
    ],
  },
}
