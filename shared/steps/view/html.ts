import { expressionEnd } from '../../expressions/template-end.ts'

/** HTML whose expressions stand apart: every second part is one, and its value is text, never markup. */
export interface HtmlParts {
  html: string[]
}

const plain = /^<\/?(?:p|br|b|strong|i|em|u|ul|ol|li|h[1-6]|span|a)\s*\/?>$/i
const link = /^<a\s+href\s*=\s*(?:"(https?:\/\/[^"<>\s]+)"|'(https?:\/\/[^'<>\s]+)')\s*>$/i
const tag = /<[^<>]*>/g
/** Stands for an expression; no tag may hold it. */
const gap = '\0'

/**
 * Why a text is no HTML that a view may show (faces/journeys.md §5); null if it is. A few tags without attributes, and
 * links to http and https; an expression stands between tags, never inside one.
 */
export function htmlProblem(text: string): string | null {
  if (text.includes(gap)) return 'The text holds a control character'
  const html = splitHtml(text)
    .html.map((part, index) => (index % 2 === 0 ? part : gap))
    .join('')
  const wrong = html.match(tag)?.find((found) => !plain.test(found) && !isLink(found))
  if (wrong?.includes(gap)) return 'An expression stands between tags, not inside one'
  if (wrong !== undefined)
    return `${wrong.slice(0, 60)} is not allowed: p, br, b, strong, i, em, u, ul, ol, li, h1-h6, span without attributes, and a with href of http or https`
  return /[<>]/.test(html.replace(tag, '')) ? 'A < or > that is no tag is written &lt; or &gt;' : null
}

/** Takes the expressions out of a text. */
export function splitHtml(text: string): HtmlParts {
  const html: string[] = []
  let at = 0
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', at)) {
    const end = expressionEnd(text, open + 2)
    if (end < 0) break
    html.push(text.slice(at, open), text.slice(open, end + 2))
    at = end + 2
  }
  return { html: [...html, text.slice(at)] }
}

/** Puts the values in, as text. */
export function joinHtml(parts: string[]): string {
  return parts.map((part, index) => (index % 2 === 0 ? part : escaped(part))).join('')
}

function isLink(found: string): boolean {
  const [, a, b] = link.exec(found) ?? []
  const url = URL.parse(a ?? b ?? '')
  return url !== null && url.username === '' && url.password === ''
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(gap, '').replace(/[&<>"']/g, (char) => entities[char] as string)
}
