import { domainToASCII } from 'node:url'
import * as z from 'zod'

/**
 * Whatever may stand before the @ without quotes (RFC 5322), and domains in letters of any script. What could be taken for a
 * second receiver, a header or an expression is none of it.
 */
const pattern =
  /^(?!.{255})[\w!#$%&'*+/=?^`|~-]+(?:\.[\w!#$%&'*+/=?^`|~-]+)*@(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*\.)+(?!\d+$)[\p{L}\p{N}\p{M}-]{2,}$/u

/** An address that a message can be sent to. */
export const mailAddress = z
  .email({ pattern, error: 'Expected an e-mail address' })
  .refine((address) => asMailed(address) !== null, 'Expected an e-mail address')

/** The address as mail servers know it, its domain in ASCII; null for a domain that has no such form. */
export function asMailed(address: string): string | null {
  const [name = '', domain = ''] = address.split('@')
  if (/^[\0-\x7f]*$/.test(domain)) return address
  const plain = domainToASCII(domain)
  return plain === '' ? null : `${name}@${plain}`
}
