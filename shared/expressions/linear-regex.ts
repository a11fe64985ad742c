import { RE2JS } from 're2js'

/**
 * A regular expression on a linear-time engine, in the shape that JSONata's `RegexEngine` option wants: `exec` gives a
 * list with `index` and `input`, and moves `lastIndex` on.
 */
export class LinearRegex {
  lastIndex = 0
  private readonly pattern: RE2JS

  /** @throws if the pattern needs look-around or back-references, which no linear-time engine has. */
  constructor(expression: RegExp) {
    let flags = 0
    if (expression.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE
    if (expression.multiline) flags |= RE2JS.MULTILINE
    this.pattern = RE2JS.compile(expression.source, flags)
  }

  exec(text: string): (string[] & { index: number; input: string }) | null {
    const matcher = this.pattern.matcher(text)
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0
      return null
    }
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_, group) => matcher.group(group) as string,
    )
    this.lastIndex = matcher.end()
    return Object.assign(groups, { index: matcher.start(), input: text })
  }
}
