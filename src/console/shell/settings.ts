/** What the pages know of the service's settings. The service writes it into `index.html` when it serves the page. */
export type Settings = { passwordMinLength: number; clientTypes: readonly string[] }

function contentOf(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="latchkey-${name}"]`)?.content ?? ''
}

export function settings(): Settings {
  return {
    passwordMinLength: Number(contentOf('password-min-length')),
    clientTypes: contentOf('client-types').split(' '),
  }
}
