import { domainToASCII } from 'node:url'
import { IsEmail } from 'typebox/format'

const foreignToDomains = /[\0-,/:-@[-`{-\x7f]/

/** RFC 5321 §4.5.3.1.3: with its brackets an address fits into a path of 256 octets. */
const longest = 254

/**
 * Pure: an email address as it is stored, looked up and counted; null for what is none. An international domain becomes
 * its ASCII form (UTS #46), so that both spellings are one user. Letter case stays; it never tells users apart.
 *
 * Not accepted: local parts with characters other than ASCII (RFC 6531), which few mail systems deliver; quoted ones,
 * which may hold line breaks and are how mail headers get forged; and dots at the end of a local part.
 */
export function canonicalEmail(text: string): string | null {
  const at = text.lastIndexOf('@')
  const domain = text.slice(at + 1)
  const address = isAscii(domain) ? text : `${text.slice(0, at + 1)}${asciiDomain(domain)}`
  return address.length <= longest && !address.includes('"') && IsEmail(address) ? address : null
}

/** Empty for what is no domain. It is read as the host of a URL, whose percent signs and slashes an address has not. */
function asciiDomain(domain: string): string {
  return domain.length > longest || foreignToDomains.test(domain) ? '' : domainToASCII(domain)
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text)
}
