import { checkAssign, checkValue, type InSight } from './check-values.ts'
import type { Problems } from './problems.ts'

const caught: InSight = { result: false, errorOutput: true }

const retrierFields = new Set([
  'Comment',
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
])
const catcherFields = new Set(['Comment', 'ErrorEquals', 'Next', 'Assign', 'Output'])

/** Checks `Retry`. */
export function checkRetry(retry: unknown, at: string, problems: Problems): void {
  for (const [retrier, place] of each(retry, at, retrierFields, problems)) {
    const { IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds, JitterStrategy } = retrier
    whole(IntervalSeconds, 1, `${place}/IntervalSeconds`, problems)
    whole(MaxAttempts, 0, `${place}/MaxAttempts`, problems)
    whole(MaxDelaySeconds, 1, `${place}/MaxDelaySeconds`, problems)
    if (BackoffRate !== undefined && !(typeof BackoffRate === 'number' && BackoffRate >= 1))
      problems.add(`${place}/BackoffRate`, 'A number of at least 1')
    if (typeof MaxDelaySeconds === 'number' && MaxDelaySeconds <= Number(IntervalSeconds ?? 1))
      problems.add(`${place}/MaxDelaySeconds`, 'MaxDelaySeconds must be greater than IntervalSeconds')
    if (JitterStrategy !== undefined && JitterStrategy !== 'FULL' && JitterStrategy !== 'NONE')
      problems.add(`${place}/JitterStrategy`, 'FULL or NONE')
  }
}

function whole(value: unknown, least: number, at: string, problems: Problems): void {
  if (value === undefined) return
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > 99_999_999)
    problems.add(at, `A whole number from ${least} to 99999999`)
}

/** Checks `Catch`; the targets are checked with the scope's others. */
export function checkCatch(list: unknown, at: string, outer: ReadonlySet<string>, problems: Problems): void {
  for (const [catcher, place] of each(list, at, catcherFields, problems)) {
    if (typeof catcher.Next !== 'string') problems.add(`${place}/Next`, 'A catcher names the state to go to')
    if (catcher.Assign !== undefined) checkAssign(catcher.Assign, `${place}/Assign`, caught, outer, problems)
    checkValue(catcher.Output, `${place}/Output`, caught, problems)
  }
}

/** The entries that are objects, with their places; the names of errors are checked on the way. */
function* each(
  list: unknown,
  at: string,
  fields: ReadonlySet<string>,
  problems: Problems,
): Generator<[Record<string, unknown>, string]> {
  if (!Array.isArray(list)) return problems.add(at, 'A list')
  for (const [index, entry] of list.entries()) {
    const place = `${at}/${index}`
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      problems.add(place, 'An object')
      continue
    }
    for (const name of Object.keys(entry))
      if (!fields.has(name)) problems.add(`${place}/${name}`, `Field ${name} is not supported`)
    checkNames(entry.ErrorEquals, index === list.length - 1, `${place}/ErrorEquals`, problems)
    yield [entry as Record<string, unknown>, place]
  }
}

function checkNames(names: unknown, last: boolean, at: string, problems: Problems): void {
  if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== 'string')) {
    problems.add(at, 'A list of names of errors')
    return
  }
  if (names.includes('States.ALL') && !(names.length === 1 && last))
    problems.add(at, 'States.ALL must stand alone, and in the last entry')
}
