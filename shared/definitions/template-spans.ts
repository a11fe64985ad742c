/** A part of a text: begin and end in UTF-16 units. */
export interface Span {
  start: number
  end: number
}

/** Where expressions stand in a text of any dialect, `{{ }}` or `${ }`. One pass, whatever the text is like. */
export function templateSpans(text: string): Span[] {
  const spans: Span[] = []
  const finders = [finder(text, '{{', '}}'), finder(text, '${', '}')]
  for (let at = 0; ; ) {
    const found = finders.flatMap((find) => find(at) ?? [])
    const [first] = found.sort((a, b) => a.start - b.start)
    if (first === undefined) return spans
    spans.push(first)
    at = first.end
  }
}

/** Looks for the next one from a place that only goes on: what was found, or not found, is not looked for again. */
function finder(text: string, open: string, close: string): (from: number) => Span | undefined {
  let known: Span | undefined
  let isOver = false
  return (from) => {
    if (isOver || (known !== undefined && known.start >= from)) return known
    const start = text.indexOf(open, from)
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length)
    isOver = end < 0
    known = isOver ? undefined : { start, end: end + close.length }
    return known
  }
}
