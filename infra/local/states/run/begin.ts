import type { Program } from '../program/program.ts'
import { inputOf } from './context.ts'
import type { Execution, Keeper } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { enter, newFrame } from './move.ts'
import { record } from './record.ts'

/** Longest execution in seconds, by type. */
const longestSeconds = { STANDARD: 365 * 24 * 3600, EXPRESS: 300 }

/** What an execution is made of. */
export interface Beginning {
  id: number
  arn: string
  name: string
  machineArn: string
  program: Program
  keeper: Keeper
  /** Input as JSON text. */
  input: string
  type: 'STANDARD' | 'EXPRESS'
}

/** Makes an execution; nothing runs before `begin`. */
export function newExecution({ clock }: Machinery, beginning: Omit<Beginning, 'type'>): Execution {
  return {
    ...beginning,
    startedAt: clock.now(),
    status: 'RUNNING',
    enteredAt: 0,
    events: 0,
    variableBytes: 0,
    frames: new Map(),
    busy: 0,
    haste: 0,
    unwritten: [],
    end: null,
  }
}

/** Enters the first state and goes on by itself. */
export function begin(machinery: Machinery, execution: Execution, type: 'STANDARD' | 'EXPRESS'): void {
  const { program, keeper } = execution
  const root = newFrame(execution, null, 0)
  record(root, execution.startedAt, 'ExecutionStarted', {
    executionStartedEventDetails: {
      input: execution.input,
      inputDetails: { truncated: false },
      roleArn: program.roleArn,
    },
  })
  // AWS counts the first state as following nothing.
  root.previousEvent = 0
  const seconds = Math.min(program.timeoutSeconds ?? longestSeconds[type], longestSeconds[type])
  keeper.setTimer(root, 'execution', execution.startedAt + seconds * 1000)
  enter(machinery, root, program.startAt, inputOf(execution))
  machinery.drive(root)
}
