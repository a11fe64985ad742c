import { isDeepStrictEqual } from 'node:util'
import { Fault, type Issue } from '../../faults.ts'

/** A member of a body: its name and what was given, if anything. */
type Member<V> = [name: string, value: V | undefined]

/**
 * A member under its name or under the one that older clients use; undefined if neither is there.
 *
 * @throws {Fault} `invalid_request` if both are given and differ.
 */
export function eitherOf<V>([name, first]: Member<V>, [other, second]: Member<V>): V | undefined {
  if (first !== undefined && second !== undefined && !isDeepStrictEqual(first, second))
    throw refused({
      path: `/${other}`,
      code: 'not_allowed',
      message: `Send ${name} or ${other}, not both with different values`,
    })
  return first ?? second
}

/**
 * The same where one of them must be there.
 *
 * @throws {Fault} `invalid_request` if neither is, or if both are given and differ.
 */
export function firstOf<V>(member: Member<V>, other: Member<V>): V {
  const value = eitherOf(member, other)
  if (value !== undefined) return value
  const [name] = member
  throw refused({ path: `/${name}`, code: 'required', message: `${name} is required` })
}

function refused(issue: Issue): Fault {
  return new Fault('invalid_request', issue.message, { issues: [issue] })
}
