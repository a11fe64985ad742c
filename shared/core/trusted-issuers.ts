import { Fault, type Issue } from '../faults.ts'
import type { TrustedIssuer } from '../store/organisations.ts'
import type { World } from '../world.ts'

/** Most issuers of one organisation, and the longest of their texts. */
const most = 10
const longest = 2048
const mostRoles = 100

/** What is wrong with a list of issuers to trust (conventions.md §1). */
export function issuerIssues({ settings }: World, issuers: TrustedIssuer[]): Issue[] {
  const found = issuers.flatMap((one, at) =>
    [
      ...addressIssues(settings.outboundAllow, 'issuer', one.issuer),
      ...addressIssues(settings.outboundAllow, 'jwksUrl', one.jwksUrl),
      ...(issuers.findIndex(({ issuer }) => issuer === one.issuer) === at
        ? []
        : [issue('issuer', 'duplicate', 'must not be there twice')]),
      ...(one.issuer === settings.baseUrl
        ? [issue('issuer', 'own_issuer', 'must not be this service itself')]
        : []),
      ...(Object.keys(one.roles ?? {}).length > mostRoles
        ? [issue('roles', 'too_many', `name at most ${mostRoles} values`)]
        : []),
    ].map(({ path, ...rest }) => ({ path: `/trustedIssuers/${at}/${path}`, ...rest })),
  )
  if (issuers.length <= most) return found
  return [{ path: '/trustedIssuers', code: 'too_many', message: `trust at most ${most} issuers` }, ...found]
}

/** The refusal of an issuer that another organisation trusts already: its tokens could not tell whose they are. */
export function issuerTaken(): Fault {
  return new Fault('conflict', 'Another organisation trusts one of these issuers', {
    reason: 'issuer_taken',
  })
}

function addressIssues(allowed: readonly string[], member: string, text: string): Issue[] {
  const url = text.length > longest ? null : URL.parse(text)
  const mayBePlain = url !== null && allowed.includes(url.host)
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && mayBePlain))
    return [issue(member, 'https_url', 'must be an https address')]
  if (url.username !== '' || url.password !== '' || text.includes('#'))
    return [issue(member, 'https_url', 'must have no user name, password or fragment')]
  return []
}

function issue(path: string, code: string, message: string): Issue {
  return { path, code, message }
}
