import { RE2JS } from 're2js'

/**
 * A regular expression in linear time, in the shape that jsonata wants (`exec` with `lastIndex`, as a RegExp with `g`).
 * Look-around and back-references are refused when it is made.
 */
export class LinearRegex {
  lastIndex = 0
  readonly pattern: RE2JS

  constructor(written: RegExp) {
    const ignoreCase = written.flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0
    const multiline = written.flags.includes('m') ? RE2JS.MULTILINE : 0
    this.pattern = RE2JS.compile(written.source, ignoreCase | multiline)
  }

  exec(text: string): RegExpExecArray | null {
    const matcher = this.pattern.matcher(text)
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0
      return null
    }
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_none, at) => matcher.group(at) ?? undefined,
    )
    this.lastIndex = matcher.end()
    return Object.assign(groups, { index: matcher.start(), input: text }) as unknown as RegExpExecArray
  }
}
