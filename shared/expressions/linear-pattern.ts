import { RE2JS } from 're2js'

/** Largest compiled pattern, in instructions: time is text times this. */
const largest = 5000

const known = new Map<string, RE2JS>()

/** Why a text is no regular expression that runs in linear time (RE2 syntax); null if it is (hardening.md 2.1). */
export function patternProblem(pattern: string): string | null {
  try {
    compiled(pattern)
    return null
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return error.message.slice(0, 200)
  }
}

/** True if the pattern is found anywhere in the text. @throws {Error} for a pattern that `patternProblem` refuses. */
export function matchesPattern(pattern: string, text: string): boolean {
  return compiled(pattern).matcher(text).find()
}

function compiled(pattern: string): RE2JS {
  const found = known.get(pattern)
  if (found) return found
  const made = RE2JS.compile(pattern)
  if (made.programSize() > largest) throw new Error('the pattern is too large: use smaller repetitions')
  if (known.size >= 200) known.clear()
  known.set(pattern, made)
  return made
}
