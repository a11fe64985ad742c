import type { Issue } from '../faults.ts'
import { getOrganisation } from '../store/organisations.ts'
import type { World } from '../world.ts'

/** Most addresses that an organisation may register. */
const most = 100
const longest = 2048
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/

/** The addresses that the organisation has registered, in its own order. */
export async function returnUrlsOf(world: World, orgId: string): Promise<string[]> {
  return (await getOrganisation(world, orgId))?.returnUrls ?? []
}

/** What is wrong with a list of addresses to register: later they must be met to the letter (hardening.md rule 36). */
export function returnUrlIssues(urls: string[]): Issue[] {
  const issues = urls.flatMap((url, at): Issue[] => {
    const message = urls.indexOf(url) === at ? problemOf(url) : 'must not be registered twice'
    return message === null ? [] : [{ path: `/returnUrls/${at}`, code: 'return_url', message }]
  })
  if (urls.length <= most) return issues
  return [{ path: '/returnUrls', code: 'too_many', message: `register at most ${most} addresses` }, ...issues]
}

function problemOf(text: string): string | null {
  if (text.length > longest) return `must have at most ${longest} characters`
  // Browsers and parsers read these in different ways.
  if (!/^https?:\/\/[^/\\?#]/.test(text) || /[^\x21-\x7e]|\\/.test(text))
    return 'must be a whole https address in plain ASCII, e.g. https://app.example.com/back'
  const url = URL.parse(text)
  if (url === null) return 'must be an address that can be read'
  if (url.username !== '' || url.password !== '') return 'must have no user name or password'
  if (text.includes('#')) return 'must have no fragment'
  if (url.protocol === 'http:' && !loopback.test(url.hostname))
    return 'must be https: http is for localhost alone'
  return null
}
