import { BlockList } from 'node:net'
import { StepError } from '../step-error.ts'

/** Ports below 1024 that may be called. */
const lowPorts = new Set([80, 443])
/** Databases, caches, queues and mail above 1023: nothing a flow has business with. */
const deniedPorts = new Set([
  1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 4444, 5432, 5672, 5984, 6379, 6443, 8500, 9042, 9092, 9200,
  9300, 10250, 11211, 15672, 27017, 27018, 50070,
])
const longestUrl = 8192

const subnets4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`
// Never ::ffff:0:0/96: Node would then block all of IPv4. Mapped addresses are judged by the IPv4 rules.
const subnets6 = `::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20
  5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8`

/** Every address that is not public (hardening.md rule 13). */
export const blockedAddresses = makeBlockList()

function makeBlockList(): BlockList {
  const list = new BlockList()
  for (const [text, family] of [
    [subnets4, 'ipv4'],
    [subnets6, 'ipv6'],
  ] as const)
    for (const subnet of text.split(/\s+/)) {
      const [network, prefix] = subnet.split('/')
      list.addSubnet(network!, Number(prefix), family)
    }
  return list
}

/** What is known of an address before a socket exists. */
export interface Judged {
  url: URL
  /** True if the deployment allows exactly this host and port although it may not be public. */
  allowed: boolean
}

/**
 * Judges the form of an address: scheme, user info, length, port. The address behind the name is judged when it is
 * connected to.
 *
 * @throws {StepError} `Http.Blocked` or `Http.BadRequest`, saying what is not allowed.
 */
export function judgeUrl(text: string, allow: readonly string[]): Judged {
  if (text.length > longestUrl)
    throw new StepError('Http.BadRequest', `The URL is longer than ${longestUrl} characters`)
  if (!URL.canParse(text)) throw new StepError('Http.BadRequest', 'The URL cannot be read')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new StepError('Http.Blocked', `Only http and https may be called, not ${url.protocol}`)
  if (url.username !== '' || url.password !== '')
    throw new StepError('Http.Blocked', 'A URL may not carry a user name or password: use auth')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const allowed = allow.includes(`${url.hostname}:${port}`)
  const open = lowPorts.has(port) || (port >= 1024 && !deniedPorts.has(port))
  if (!allowed && !open) throw new StepError('Http.Blocked', `Port ${port} may not be called`)
  return { url, allowed }
}
