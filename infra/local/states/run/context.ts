import type { Json, JsonObject } from '../../../../shared/world.ts'
import type { Execution, Frame } from './execution.ts'

/** Values that only some fields see. */
export interface Extra {
  result?: Json
  errorOutput?: Json
  /** `$states.context.Map.Item`, in an `ItemSelector`. */
  item?: JsonObject
}

/** An instant as Step Functions writes it: without a fraction that is zero. */
export function instantText(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text
}

/** The value at a path below `$states`, or undefined. Parts are made only when they are asked for. */
export function statesValue(frame: Frame, extra: Extra, path: readonly string[]): unknown {
  const [member, ...rest] = path
  switch (member) {
    case undefined:
      return whole(frame, extra)
    case 'input':
      return frame.input
    case 'result':
      return extra.result
    case 'errorOutput':
      return extra.errorOutput
    case 'context':
      return contextValue(frame, extra, rest)
    default:
      return undefined
  }
}

function whole(frame: Frame, extra: Extra): Record<string, unknown> {
  const { item: _, ...others } = extra
  return { input: frame.input, ...others, context: contextValue(frame, extra, []) }
}

function contextValue(frame: Frame, extra: Extra, [part, name]: readonly string[]): unknown {
  switch (part) {
    case undefined:
      return {
        Execution: executionPart(frame.execution),
        State: statePart(frame),
        StateMachine: machinePart(frame.execution),
        ...(frame.token === null ? {} : { Task: { Token: frame.token } }),
        ...(extra.item ? { Map: { Item: extra.item } } : {}),
      }
    case 'Execution':
      return name === 'Input' ? inputOf(frame.execution) : executionPart(frame.execution)
    case 'State':
      return statePart(frame)
    case 'StateMachine':
      return machinePart(frame.execution)
    case 'Task':
      return frame.token === null ? undefined : { Token: frame.token }
    case 'Map':
      return extra.item ? { Item: extra.item } : undefined
    default:
      return undefined
  }
}

/** How many names of a path `statesValue` has followed; the rest is in the value. */
export function followed(path: readonly string[]): number {
  if (path[0] !== 'context') return Math.min(1, path.length)
  return path[1] === 'Execution' && path[2] === 'Input' ? 3 : Math.min(2, path.length)
}

const inputs = new WeakMap<Execution, Json>()

/** The execution's input, read once and only if it is asked for. */
export function inputOf(execution: Execution): Json {
  let input = inputs.get(execution)
  if (input === undefined) {
    input = JSON.parse(execution.input) as Json
    inputs.set(execution, input)
  }
  return input
}

function executionPart(execution: Execution): JsonObject {
  return {
    Id: execution.arn,
    Input: inputOf(execution),
    Name: execution.name,
    RoleArn: execution.program.roleArn,
    StartTime: instantText(execution.startedAt),
    RedriveCount: 0,
  }
}

function statePart(frame: Frame): JsonObject {
  return { Name: frame.state, EnteredTime: instantText(frame.enteredAt), RetryCount: frame.retryCount }
}

function machinePart({ machineArn, program }: Execution): JsonObject {
  return { Id: machineArn, Name: program.name }
}
