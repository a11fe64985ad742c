import type * as z from 'zod'
import type { Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'

/** What zod found, as issues with a stable code and a sentence that says what would be right; all of them. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => issuesFor(issue))
}

function issuesFor(issue: z.core.$ZodIssue): Issue[] {
  const at = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: pointerOf([...at, key]),
      code: 'unknown_member',
      message: `${[...at, key].join('.')} is not known here`,
    }))
  if (issue.code === 'invalid_union') {
    const nearest = nearestBranch(issue.errors)
    if (nearest)
      return nearest.flatMap((inner) => issuesFor({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  const name = at.join('.') || 'the body'
  const missing = isMissing(issue)
  return [
    {
      path: pointerOf(at),
      code: missing ? 'required' : (codes[issue.code] ?? issue.code),
      message: missing ? `${name} is required` : `${name}: ${sentenceOf(issue)}`,
    },
  ]
}

/** JSON has no records: what the schema calls so is an object to the caller. */
function sentenceOf({ code, message }: z.core.$ZodIssue): string {
  return code === 'invalid_type' ? message.replace('expected record', 'expected object') : message
}

function isMissing({ code, input }: z.core.$ZodIssue): boolean {
  return (code === 'invalid_type' || code === 'invalid_value') && input === undefined
}

/** The form that was most likely meant: it misses least, and has least that is wrong. */
function nearestBranch(branches: z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const missing = (branch: z.core.$ZodIssue[]) => branch.filter(isMissing).length
  return branches
    .filter((branch) => branch.length > 0)
    .sort((a, b) => missing(a) - missing(b) || a.length - b.length)[0]
}

const codes: Record<string, string> = {
  invalid_type: 'invalid_type',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_value: 'not_allowed',
}
