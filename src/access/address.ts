import { isIP, isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * An address as it is stored and compared; null if it is not one. Each has one spelling: an IPv4 address that is written as
 * IPv6 (RFC 4291 §2.5.5.2), in any form, becomes IPv4. A zone is dropped, since it has a meaning on one machine
 * only, and so are the port and the brackets that some proxies add.
 */
export function normaliseAddress(text: string): string | null {
  // The usual case; Node uses only the shortest spelling of these.
  if (isIPv4(text)) return text
  const [address = ''] = text
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .split('%', 1)
  // The package also reads spellings such as 010.1, in which one address is another's octal.
  return isIP(address) === 0 ? null : ipaddr.process(address).toString()
}

/** An address, or a network like 192.0.2.0/24, in the same spelling; null if it is neither. */
export function normaliseNetwork(text: string): string | null {
  const [written = '', bits, ...rest] = text.split('/')
  const family = isIP(written)
  const address = /[%[]/.test(written) ? null : normaliseAddress(written)
  if (address === null || rest.length > 0) return null
  if (bits === undefined) return address
  // Of a network written as IPv6, the IPv4 part has its last 32 bits.
  const mapped = family === 6 && isIP(address) === 4
  const length = Number(bits) - (mapped ? 96 : 0)
  const longest = isIP(address) === 6 ? 128 : 32
  const fits = /^\d{1,3}$/.test(bits) && length >= 0 && length <= longest
  return fits ? `${address}/${length}` : null
}
