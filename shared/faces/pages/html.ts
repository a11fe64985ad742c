/** A piece of a page that is markup already: made by `html`, of a text in this source, or of HTML that was checked. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

/** What may stand in a template: text is escaped, markup is not, nothing is left out, lists follow each other. */
export type Part = string | number | Html | null | undefined | false | readonly Part[]

/**
 * Makes markup of a template. Whatever is put into it is text, in content and in quoted attributes alike, unless it was made
 * here itself: the one place where pages escape (hardening.md rule 36).
 */
export function html(parts: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(parts.map((part, at) => part + (at < values.length ? markupOf(values[at]) : '')).join(''))
}

function markupOf(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Html) return part.markup
  if (typeof part === 'object') return part.map(markupOf).join('')
  return String(part).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}
