import { createHash, timingSafeEqual } from 'node:crypto'
import type { Issue } from '../../faults.ts'
import type { JsonObject } from '../../world.ts'
import { listOf, missingParams, paramIssue } from '../param-names.ts'

/** Most parameters besides those that are asked for, and the longest of all, in UTF-16 units. */
const mostOthers = 20
const longest = 8192

/** The parameters that came back: clients send null, or a blank `error`, for those that the address did not have. */
export function broughtBack(params: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(params).filter(
      ([name, value]) =>
        value !== null && !(name === 'error' && typeof value === 'string' && value.trim() === ''),
    ),
  )
}

/**
 * What is wrong with the parameters that came back. Where `state` is asked for it must be the wait's own: so nobody can be
 * made to end a journey that somebody else began.
 */
export function callbackIssues(
  { requiredParams }: JsonObject,
  params: JsonObject,
  state: string | undefined,
): Issue[] {
  const names = listOf(requiredParams)
  // Who reports an error has nothing else to give.
  const needed = params.error === undefined ? names : names.filter((name) => name === 'state')
  const issues = missingParams(needed, params)
  const entries = Object.entries(params)
  for (const [name, value] of entries) {
    if (typeof value !== 'string') issues.push(paramIssue(name, 'input_type', 'Give text'))
    else if (value.length > longest)
      issues.push(paramIssue(name, 'length_max', `Give at most ${longest} characters`))
  }
  const others = entries.filter(([name]) => !names.includes(name))
  if (others.length > mostOthers)
    issues.push(
      paramIssue(others[mostOthers]?.[0] ?? '', 'input_unexpected', `Give at most ${mostOthers} others`),
    )
  const given = params.state
  if (names.includes('state') && typeof given === 'string' && given.trim() !== '' && !isSame(given, state))
    issues.push(paramIssue('state', 'state_mismatch', 'This is not the state of this step'))
  return issues.slice(0, 100)
}

/** Compared by digests, in equal time. */
function isSame(given: string, state: string | undefined): boolean {
  if (state === undefined) return false
  const [a, b] = [given, state].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}
