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
    const branches = issue.errors.filter((branch) => branch.length > 0)
    const nearest = branches.sort((a, b) => a.length - b.length)[0]
    if (nearest)
      return nearest.flatMap((inner) => issuesFor({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  const name = at.join('.') || 'the body'
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return [
    {
      path: pointerOf(at),
      code: missing ? 'required' : (codes[issue.code] ?? issue.code),
      message: missing ? `${name} is required` : `${name}: ${issue.message}`,
    },
  ]
}

const codes: Record<string, string> = {
  invalid_type: 'invalid_type',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_value: 'not_allowed',
}
