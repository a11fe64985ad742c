/** What may stand in an authored address and is filled in when the step is shown (faces/journeys.md §6). */
const placeholder = /\{(?:state|flowId|returnUrl)\}/g

/** Longest address, in UTF-16 units. */
const longest = 8192

/** https; http on the person's own machine, for those who build there. */
const secure = /^(?:https:\/\/|http:\/\/(?=(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/?#]|$)))([^/?#]+)/i

/** Why a person may not be sent to an address; null if he may: https, a fixed host, no name and password in it. */
export function addressProblem(text: string): string | null {
  if (text.length > longest) return `An address has at most ${longest} characters`
  // Browsers read a backslash as a slash and drop blanks at the ends, so that what is checked would not be what is opened.
  if (/[\s\\\p{Cc}]/u.test(text)) return 'An address holds no blanks, backslashes or control characters'
  const host = secure.exec(text)?.[1]
  if (host === undefined) return 'Expected an absolute https URL'
  if (host.includes('@')) return 'An address holds no user name or password'
  if (host.includes('{')) return 'The host of an address is fixed'
  return URL.parse(text.replace(placeholder, 'x')) === null ? 'Expected an absolute https URL' : null
}

/** The same for an address that people come back to: it is compared as a text, so that it has one spelling. */
export function returnUrlProblem(text: string): string | null {
  const problem = addressProblem(text)
  if (problem !== null) return problem
  if (/[{}]/.test(text)) return 'A return address holds no placeholders'
  return text.includes('#') ? 'A return address has no fragment' : null
}

/** True if the address has this placeholder. */
export function hasPlaceholder(text: string, name: 'state' | 'returnUrl'): boolean {
  return text.includes(`{${name}}`)
}

/**
 * The address with its values: percent-encoded at their placeholders, and `state` in the query in place of an authored
 * one, where an answer must bring it along. `{flowId}` stays for the face that knows it.
 */
export function filledAddress(
  text: string,
  { state, returnUrl, inQuery }: { state: string; returnUrl: string | undefined; inQuery: boolean },
): string {
  const filled = text
    .replaceAll('{state}', encodeURIComponent(state))
    .replaceAll('{returnUrl}', encodeURIComponent(returnUrl ?? ''))
  return inQuery ? withState(filled, state) : filled
}

function withState(text: string, state: string): string {
  const hash = text.indexOf('#')
  const [rest, fragment] = hash < 0 ? [text, ''] : [text.slice(0, hash), text.slice(hash)]
  const mark = rest.indexOf('?')
  const query = mark < 0 ? [] : rest.slice(mark + 1).split('&')
  const others = query.filter((part) => part !== '' && !new URLSearchParams(part).has('state'))
  const all = [...others, `state=${encodeURIComponent(state)}`].join('&')
  return `${mark < 0 ? rest : rest.slice(0, mark)}?${all}${fragment}`
}
