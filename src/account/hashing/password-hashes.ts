/** Hashes that other systems made, and what of them is taken over. Each is a text that names its own parameters. */

const bcrypt = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/
const scrypt =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{8,128})\$([A-Za-z0-9+/]{22,128})$/
const argon2 =
  /^\$argon2(?:id|i|d)\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

/** A check must be over within a sign-in's patience: some half a second of a core, and 128 MiB. */
const most = { bcryptCost: 13, bytes: 128 * 1024 * 1024, passes: 10, lanes: 16 }

/** Why a hash cannot be taken over, in words for whoever has the file; null when it can. */
export function hashFault(hash: string): string | null {
  for (const { pattern, fits, otherwise } of formats) {
    const found = pattern.exec(hash)
    if (found === null) continue
    const [, first, second, third, ...encoded] = found
    if (!encoded.every(isBase64)) return 'passwordHash has a salt or a hash that is not base64'
    return fits(Number(first), Number(second), Number(third)) ? null : otherwise
  }
  return 'passwordHash must be bcrypt ($2b$…), or scrypt or argon2 in the PHC string format'
}

/** Without padding, and in the one spelling that its bytes have: the library refuses every other (RFC 4648 §3.5). */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64').replaceAll('=', '') === text
}

type Format = { pattern: RegExp; fits: (...parameters: number[]) => boolean; otherwise: string }

const formats: Format[] = [
  {
    pattern: bcrypt,
    fits: (cost = 0) => cost >= 4 && cost <= most.bcryptCost,
    otherwise: `bcrypt's cost must be 4 to ${most.bcryptCost}`,
  },
  {
    pattern: scrypt,
    // RFC 7914 §2: N is less than 2^(128 * r / 8).
    fits: (ln = 0, r = 0, p = 0) => ln < 16 * r && 128 * 2 ** ln * r * p <= most.bytes,
    otherwise:
      'scrypt must not take more than 128 MiB, for all of its p together; and ln must be less than 16 r',
  },
  {
    pattern: argon2,
    fits: (kibibytes = 0, passes = 0, lanes = 0) =>
      isWithin(passes, most.passes) &&
      isWithin(lanes, most.lanes) &&
      kibibytes >= 8 * lanes &&
      kibibytes * 1024 <= most.bytes,
    otherwise: `argon2 must not take more than 128 MiB, ${most.passes} passes or ${most.lanes} lanes`,
  },
]

function isWithin(value: number, most: number): boolean {
  return value >= 1 && value <= most
}
