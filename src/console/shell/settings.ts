/** What the pages know of the service’s settings. The service writes it into `index.html` when it serves the page. */
export type Settings = {
  name: string
  /** The address of a picture; null: the mark of Latchkey. */
  logo: string | null
  supportUrl: string | null
  privacyUrl: string | null
  isRegistrationOpen: boolean
  passwordMinLength: number
  clientTypes: readonly string[]
}

function contentOf(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="latchkey-${name}"]`)?.content ?? ''
}

export function settings(): Settings {
  return {
    name: contentOf('name'),
    logo: contentOf('logo') || null,
    supportUrl: contentOf('support-url') || null,
    privacyUrl: contentOf('privacy-url') || null,
    isRegistrationOpen: contentOf('registration') === 'open',
    passwordMinLength: Number(contentOf('password-min-length')),
    clientTypes: contentOf('client-types').split(' '),
  }
}
