import { checkCatch, checkRetry } from './check-failing.ts'
import { checkAssign, checkSeconds, checkValue, type InSight, inputOnly } from './check-values.ts'
import { isExpression } from './expression.ts'
import { jsonPathFields, stateFields, unservedFields } from './fields.ts'
import type { Problems } from './problems.ts'

export type Written = Record<string, unknown>

/** Where a state stands. */
export interface Place {
  at: string
  express: boolean
  /** Variables of the scopes further out. */
  outer: ReadonlySet<string>
  problems: Problems
}

/** Checks everything about one state but its targets and inner scopes. */
export function checkState(state: Written, place: Place): void {
  const { at, problems } = place
  const fields = stateFields[String(state.Type)]
  if (!fields || !Object.hasOwn(stateFields, String(state.Type))) {
    problems.add(`${at}/Type`, `${String(state.Type)} is not a type of state`)
    return
  }
  for (const [name, value] of Object.entries(state)) checkField(name, value, fields, place)
  if (state.QueryLanguage !== undefined && state.QueryLanguage !== 'JSONata')
    problems.add(`${at}/QueryLanguage`, 'Only JSONata is supported')
  checkContents(state, place)
}

function checkField(name: string, value: unknown, fields: Record<string, string>, place: Place): void {
  const { at, problems } = place
  const where = `${at}/${name}`
  if (Object.hasOwn(unservedFields, name)) {
    problems.add(where, `${unservedFields[name]} (${name}) is not supported`)
    return
  }
  if (jsonPathFields.has(name)) {
    problems.add(where, `${name} is a field of JSONPath, which is not supported`)
    return
  }
  if (!Object.hasOwn(fields, name)) {
    problems.add(where, `Field ${name} is not supported`)
    return
  }
  const kind = fields[name]
  if ((kind === 'text' || kind === 'name') && typeof value !== 'string')
    problems.add(where, `${name} is a text`)
  if (kind === 'true' && value !== true) problems.add(where, `${name} is true or left out`)
  if (kind === 'seconds') checkSeconds(value, where, 1, problems)
}

function checkContents(state: Written, place: Place): void {
  const { at, outer, problems } = place
  const sight: InSight = { ...inputOnly, result: ['Task', 'Parallel', 'Map'].includes(String(state.Type)) }
  if (state.Assign !== undefined) checkAssign(state.Assign, `${at}/Assign`, sight, outer, problems)
  checkValue(state.Output, `${at}/Output`, sight, problems)
  for (const name of ['Arguments', 'Items', 'ItemSelector', 'Error', 'Cause'])
    checkValue(state[name], `${at}/${name}`, inputOnly, problems)
  if (state.Retry !== undefined) checkRetry(state.Retry, `${at}/Retry`, problems)
  if (state.Catch !== undefined) checkCatch(state.Catch, `${at}/Catch`, outer, problems)
  if (state.Type === 'Task') checkTask(state, place)
  if (state.Type === 'Choice') checkChoice(state, place)
  if (state.Type === 'Wait') checkWait(state, place)
  if (state.Type === 'Map') checkMap(state, place)
  if (state.Type === 'Parallel' && (!Array.isArray(state.Branches) || state.Branches.length === 0))
    problems.add(`${at}/Branches`, 'A list of branches')
}

const invoke = 'arn:aws:states:::lambda:invoke'

function checkTask(state: Written, { at, express, problems }: Place): void {
  const { Resource, Arguments, TimeoutSeconds, HeartbeatSeconds } = state
  if (Resource !== invoke && Resource !== `${invoke}.waitForTaskToken`)
    problems.add(`${at}/Resource`, `Only ${invoke} and ${invoke}.waitForTaskToken are supported`)
  if (express && Resource === `${invoke}.waitForTaskToken`)
    problems.add(`${at}/Resource`, 'An EXPRESS machine cannot wait for a task token')
  if (
    typeof TimeoutSeconds === 'number' &&
    typeof HeartbeatSeconds === 'number' &&
    HeartbeatSeconds >= TimeoutSeconds
  )
    problems.add(`${at}/HeartbeatSeconds`, 'HeartbeatSeconds must be smaller than TimeoutSeconds')
  if (typeof Arguments === 'string' && isExpression(Arguments)) return
  if (typeof Arguments !== 'object' || Arguments === null || Array.isArray(Arguments)) {
    problems.add(`${at}/Arguments`, 'Arguments name the function and its payload')
    return
  }
  if (typeof (Arguments as Written).FunctionName !== 'string')
    problems.add(`${at}/Arguments/FunctionName`, 'The name of a function')
  for (const name of Object.keys(Arguments))
    if (name !== 'FunctionName' && name !== 'Payload')
      problems.add(`${at}/Arguments/${name}`, `${name} is not supported`)
}

const ruleFields = new Set(['Comment', 'Condition', 'Next', 'Assign', 'Output'])

function checkChoice(state: Written, { at, outer, problems }: Place): void {
  if (!Array.isArray(state.Choices) || state.Choices.length === 0) {
    problems.add(`${at}/Choices`, 'A list of rules')
    return
  }
  for (const [index, rule] of (state.Choices as Written[]).entries()) {
    const place = `${at}/Choices/${index}`
    if (typeof rule !== 'object' || rule === null) {
      problems.add(place, 'A rule')
      continue
    }
    for (const name of Object.keys(rule))
      if (!ruleFields.has(name))
        problems.add(
          `${place}/${name}`,
          jsonPathFields.has(name)
            ? `${name} is a field of JSONPath, which is not supported`
            : `Field ${name} is not supported`,
        )
    const { Condition, Next, Assign, Output } = rule
    if (typeof Condition !== 'boolean' && !(typeof Condition === 'string' && isExpression(Condition)))
      problems.add(`${place}/Condition`, 'An expression that gives true or false')
    checkValue(Condition, `${place}/Condition`, inputOnly, problems)
    if (typeof Next !== 'string') problems.add(`${place}/Next`, 'A rule names the state to go to')
    if (Assign !== undefined) checkAssign(Assign, `${place}/Assign`, inputOnly, outer, problems)
    checkValue(Output, `${place}/Output`, inputOnly, problems)
  }
}

function checkWait(state: Written, { at, problems }: Place): void {
  const { Seconds, Timestamp } = state
  if ((Seconds === undefined) === (Timestamp === undefined)) {
    problems.add(at, 'A Wait has either Seconds or Timestamp')
    return
  }
  if (Seconds !== undefined) {
    checkSeconds(Seconds, `${at}/Seconds`, 0, problems)
    return
  }
  checkValue(Timestamp, `${at}/Timestamp`, inputOnly, problems)
  if (typeof Timestamp !== 'string' || !(isExpression(Timestamp) || isTimestamp(Timestamp)))
    problems.add(`${at}/Timestamp`, 'A time as in RFC 3339, or an expression that gives one')
}

/** True for a time with its zone, e.g. `2026-01-01T12:00:00.5Z`. */
export function isTimestamp(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

function checkMap(state: Written, { at, problems }: Place): void {
  const { Items, MaxConcurrency, ItemProcessor } = state
  if (Items !== undefined && !Array.isArray(Items) && !(typeof Items === 'string' && isExpression(Items)))
    problems.add(`${at}/Items`, 'A list, or an expression that gives one')
  if (MaxConcurrency !== undefined) checkSeconds(MaxConcurrency, `${at}/MaxConcurrency`, 0, problems)
  if (typeof ItemProcessor !== 'object' || ItemProcessor === null) {
    problems.add(`${at}/ItemProcessor`, 'What to do with an item')
    return
  }
  const config = (ItemProcessor as Written).ProcessorConfig as Written | undefined
  if (config === undefined) return
  for (const name of Object.keys(config))
    if (name !== 'Mode' || config.Mode !== 'INLINE')
      problems.add(`${at}/ItemProcessor/ProcessorConfig/${name}`, 'Only Mode INLINE is supported')
}
