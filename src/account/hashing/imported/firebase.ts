import { fromBase64, toBase64 } from './encoding.ts'
import { accepted, type Reading, refused } from './recipe.ts'

/**
 * Firebase's own scrypt, with the project's parameters in each hash, as Supabase writes it: `n` is mem_cost, `r` is
 * rounds, `ss` the salt separator and `sk` the signer key.
 */
const form =
  /^\$fbscrypt\$v=1,n=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)(?:,ss=([^,$]{0,40}))?,sk=([^,$]{1,160})\$([^$]{1,80})\$([^$]{1,180})$/

/** Of a signer key, and so of a digest. */
const keyBytes = 64

/** Pure. */
export function readFirebase(text: string): Reading | null {
  const [, n, r, p, ss = '', sk, saltText, digestText] = form.exec(text) ?? []
  if (sk === undefined || saltText === undefined || digestText === undefined) {
    return text.startsWith('$fbscrypt$')
      ? refused('a Firebase hash must be $fbscrypt$v=1,n=…,r=…,p=1,ss=…,sk=…$salt$hash')
      : null
  }
  const [separator, signerKey, salt, digest] = [ss, sk, saltText, digestText].map(fromUrlOrBase64)
  if (!(separator && signerKey && salt && digest)) return refused('its salt, key or digest is not base64')
  if (signerKey.length !== keyBytes || digest.length !== keyBytes) {
    return refused(`Firebase's signer key and hash must have ${keyBytes} bytes`)
  }
  return accepted(
    {
      algorithm: 'firebase',
      logN: Number(n),
      r: Number(r),
      p: Number(p),
      salt: toBase64(Buffer.concat([salt, separator])),
      signerKey: toBase64(signerKey),
    },
    digest,
  )
}

/** Firebase's Admin SDK lists hashes in base64url, its command line in base64. */
function fromUrlOrBase64(text: string): Buffer | null {
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}
