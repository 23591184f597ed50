/** Passwords that many people have, in lower case. */
export type CommonPasswords = ReadonlySet<string>

let loading: Promise<CommonPasswords> | undefined

/**
 * Some 49,000, most of them from leaks, as zxcvbn-ts keeps them. Read when first needed, as most processes never set a
 * password: that takes some 40 ms of CPU, once, and 7 MB.
 */
export function commonPasswords(): Promise<CommonPasswords> {
  loading ??= load()
  return loading
}

async function load(): Promise<CommonPasswords> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'])
}
