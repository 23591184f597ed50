import { type Reading, refused } from './recipe.ts'

/** What cannot be imported, and why: by how it begins. docs/guides/migrate.md lists the same. */
const unsupported: { form: RegExp; name: string }[] = [
  { form: /^\{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512)\}/i, name: 'LDAP hashes like {SSHA}' },
  { form: /^[0-9a-f]{32}$/i, name: 'MD5' },
  { form: /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i, name: 'a plain SHA digest' },
  { form: /^\$(?:1|apr1)\$/, name: 'md5_crypt' },
  { form: /^\$[56]\$/, name: 'sha256_crypt and sha512_crypt' },
  { form: /^\$(?:y|7|gy)\$/, name: 'yescrypt' },
]

/** Pure. */
export function readUnsupported(text: string): Reading | null {
  const found = unsupported.find(({ form }) => form.test(text))
  return found === undefined
    ? null
    : refused(`${found.name} cannot be imported: this user needs a new password`)
}
