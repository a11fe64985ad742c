import { pointerOf } from '../pointer.ts'
import type { StepType } from '../steps/define.ts'
import { findStep, stepTypes } from '../steps/index.ts'
import type { Json, JsonObject } from '../world.ts'
import type { Node, Retry } from './graph.ts'
import { retrySchema, stepTimeoutSchema } from './header-schema.ts'
import { errorAt } from './problem.ts'
import { dictionary, isObject, maxSteps, type Reading, stepIdPattern } from './reading.ts'
import { findingsOf, kindOf, readWith, unknownKey } from './schema-findings.ts'
import { bodyPath } from './walk.ts'

const nodeKeys = ['type', 'name', 'params', 'output', 'retry', 'timeoutSeconds', 'next']

/** A step that was read, and its bodies that were not yet. */
export interface ReadNode {
  node: Node
  bodies: { name: string; written: Json | undefined; pointer: string }[]
}

/** Reads one step, as far as it can be; undefined if there are too many steps already. */
export function readNode(id: string, written: Json, pointer: string, reading: Reading): ReadNode | undefined {
  const report = (code: string, message: string, ...at: PropertyKey[]) =>
    void reading.findings.push(errorAt(pointer + pointerOf(at), code, message, id))

  if (reading.pointers.size > maxSteps) return undefined
  judgeId(id, pointer, reading)
  if (!isObject(written)) {
    report('invalid_type', 'A step is an object with a type')
    return readParts(id, {}, '', pointer, reading)
  }
  for (const key of Object.keys(written))
    if (!nodeKeys.includes(key)) report('unknown_key', unknownKey(key, nodeKeys), key)
  const { type } = written
  if (type === undefined) report('required', `${id} needs a type, e.g. http.request`, 'type')
  else if (typeof type !== 'string') report('invalid_type', `type must be text, not ${kindOf(type)}`, 'type')
  else if (findStep(type) === undefined) report(...unknownType(type), 'type')
  return readParts(id, written, typeof type === 'string' ? type : '', pointer, reading)
}

function readParts(
  id: string,
  written: JsonObject,
  type: string,
  pointer: string,
  reading: Reading,
): ReadNode {
  const step = findStep(type)
  const params = readParams(step, written.params, id, pointer, reading)
  const { bodies, rest } = splitBodies(step, params, id, pointer, reading)
  const node: Node = {
    id,
    type: step?.type ?? type,
    writtenType: type,
    name: readLabel(written.name, id, pointer, reading),
    params: rest,
    output: readOutputName(written.output, id, pointer, reading),
    ...readTrying(written, step, id, pointer, reading),
    next:
      step?.kind === 'end'
        ? noNext(written.next, step, id, pointer, reading)
        : readNext(written.next, id, pointer, reading),
    bodies: dictionary(),
  }
  return { node, bodies }
}

function judgeId(id: string, pointer: string, reading: Reading): void {
  if (!stepIdPattern.test(id)) {
    const message = 'A step id begins with a letter and has at most 64 letters, digits, _ and -'
    reading.findings.push(errorAt(pointer, 'bad_step_id', message, id.slice(0, 80)))
  }
  if (reading.pointers.has(id))
    reading.findings.push(
      errorAt(pointer, 'duplicate_id', `The step id ${id} is used twice in this flow`, id),
    )
  else reading.pointers.set(id, pointer)
}

function unknownType(type: string): [code: string, message: string] {
  const known = stepTypes.map((step) => step.type).join(', ')
  return ['unknown_type', `There is no step type ${type.slice(0, 60)}; known: ${known}`]
}

/** The params as validated, or as written where they are not valid. */
function readParams(
  step: StepType | undefined,
  written: Json | undefined,
  id: string,
  pointer: string,
  reading: Reading,
): JsonObject {
  const path = `${pointer}/params`
  const value = written ?? {}
  if (!isObject(value)) {
    reading.findings.push(errorAt(path, 'invalid_type', `params must be an object, not ${kindOf(value)}`, id))
    return {}
  }
  if (step === undefined) return value
  const result = step.params.safeParse(value)
  if (result.success) return result.data as JsonObject
  reading.findings.push(...findingsOf(result.error, step.params, { path, value, stepId: id }))
  return value
}

/** The bodies among the params, and the params without them. */
function splitBodies(
  step: StepType | undefined,
  params: JsonObject,
  id: string,
  pointer: string,
  reading: Reading,
): { bodies: ReadNode['bodies']; rest: JsonObject } {
  if (step?.bodies === undefined) return { bodies: [], rest: params }
  let rest = params
  const bodies = Object.entries(rawBodies(step, params)).map(([name, written]) => {
    const path = bodyPath(params, name)
    rest = without(rest, path)
    return { name, written: written as Json | undefined, pointer: `${pointer}/params${pointerOf(path)}` }
  })
  if (bodies.length === 0)
    reading.findings.push(errorAt(`${pointer}/params`, 'required', `${id} needs steps to run`, id))
  return { bodies, rest }
}

/** Bodies are looked for in params that are not valid too, so that all problems are found at once. */
function rawBodies(step: StepType, params: JsonObject): Record<string, unknown> {
  try {
    return step.bodies?.(params) ?? {}
  } catch {
    return {}
  }
}

function without(params: JsonObject, [first, ...more]: string[]): JsonObject {
  const { [first as string]: inner, ...rest } = params
  return more.length === 0 || !isObject(inner) ? rest : { ...rest, [first as string]: without(inner, more) }
}

function readLabel(written: Json | undefined, id: string, pointer: string, reading: Reading): string {
  if (written === undefined || written === null) return id
  const fits =
    typeof written === 'string' && written.trim() !== '' && written.length <= 200 && !/\p{Cc}/u.test(written)
  if (fits) return written
  const message = 'name is text of 1 to 200 characters without control characters'
  reading.findings.push(errorAt(`${pointer}/name`, 'invalid_value', message, id))
  return id
}

function readOutputName(written: Json | undefined, id: string, pointer: string, reading: Reading): string {
  if (written === undefined || written === null) return id
  if (typeof written === 'string' && stepIdPattern.test(written)) return written
  const message = 'output is a name: it begins with a letter and has at most 64 letters, digits, _ and -'
  reading.findings.push(errorAt(`${pointer}/output`, 'invalid_value', message, id))
  return id
}

function noNext(
  written: Json | undefined,
  step: StepType,
  id: string,
  pointer: string,
  reading: Reading,
): Record<string, string> {
  if (written !== undefined && written !== null) {
    const message = `${step.type} ends the flow: nothing comes after it`
    reading.findings.push(errorAt(`${pointer}/next`, 'not_supported', message, id))
  }
  return dictionary()
}

function readNext(
  written: Json | undefined,
  id: string,
  pointer: string,
  reading: Reading,
): Record<string, string> {
  const next = dictionary<string>()
  const path = `${pointer}/next`
  if (written === undefined || written === null) return next
  if (typeof written === 'string') {
    next.default = written
    reading.moved.set(`${path}/default`, path)
  } else if (!isObject(written))
    reading.findings.push(
      errorAt(path, 'invalid_type', 'next is a step id, or an object from outcome to step id', id),
    )
  else
    for (const [outcome, target] of Object.entries(written)) {
      if (typeof target === 'string') next[outcome] = target
      else {
        const message = `next.${outcome} must be the id of a step, not ${kindOf(target)}`
        reading.findings.push(errorAt(path + pointerOf([outcome]), 'invalid_type', message, id))
      }
    }
  return next
}

/** `retry` and `timeoutSeconds`, refused where the type of the step would not obey them. */
function readTrying(
  written: JsonObject,
  step: StepType | undefined,
  id: string,
  pointer: string,
  reading: Reading,
): Pick<Node, 'retry' | 'timeoutSeconds'> {
  const found: Pick<Node, 'retry' | 'timeoutSeconds'> = {}
  const misplaced = (key: string, who: string) =>
    void reading.findings.push(
      errorAt(
        `${pointer}/${key}`,
        'not_supported',
        `${step?.type} has no ${key}: only ${who} steps have one`,
        id,
      ),
    )
  if (written.retry !== undefined && written.retry !== null) {
    if (step !== undefined && step.kind !== 'work') misplaced('retry', 'working')
    const retry = readWith(retrySchema, written.retry, `${pointer}/retry`, reading.findings, id)
    if (retry !== undefined) found.retry = { intervalSeconds: 1, backoffRate: 2, ...retry } as Retry
  }
  if (written.timeoutSeconds !== undefined && written.timeoutSeconds !== null) {
    if (step !== undefined && step.kind !== 'work' && step.kind !== 'wait')
      misplaced('timeoutSeconds', 'working and waiting')
    const path = `${pointer}/timeoutSeconds`
    const timeoutSeconds = readWith(stepTimeoutSchema, written.timeoutSeconds, path, reading.findings, id)
    if (timeoutSeconds !== undefined) found.timeoutSeconds = timeoutSeconds
  }
  return found
}
