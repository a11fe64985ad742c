import type { Json } from '../../../../shared/world.ts'
import type { StateProgram } from '../program/program.ts'
import type { Execution, Frame } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { record } from './record.ts'
import { textOf } from './size.ts'

/** The state that a frame is in. */
export function stateOf(frame: Frame): StateProgram {
  const state = frame.execution.program.states.get(frame.state)
  if (!state) throw new Error(`The machine has no state ${frame.state}`)
  return state
}

/** Enters a state: from now on it is what a restart would go on with. */
export function enter({ clock }: Machinery, frame: Frame, name: string, input: Json): void {
  const { execution } = frame
  // Strictly growing, so that two visits of a state never have the same time.
  execution.enteredAt = Math.max(clock.now(), execution.enteredAt + 1)
  frame.enteredAt = execution.enteredAt
  frame.state = name
  frame.input = input
  frame.phase = 'ready'
  frame.retryCount = 0
  frame.retries = []
  frame.outcome = null
  frame.children = null
  frame.token = null
  const { type } = stateOf(frame)
  frame.enteredEvent = record(frame, frame.enteredAt, `${type}StateEntered`, {
    stateEnteredEventDetails: {
      name,
      input: textForHistory(execution, input),
      inputDetails: { truncated: false },
    },
  })
  execution.keeper.touch(frame)
}

/** Makes a frame that stands nowhere yet. */
export function newFrame(execution: Execution, parent: Frame | null, position: number): Frame {
  const frame: Frame = {
    id: execution.keeper.nextFrameId(),
    execution,
    parent,
    position,
    phase: 'ready',
    state: '',
    enteredAt: 0,
    input: null,
    previousEvent: parent?.previousEvent ?? execution.events,
    enteredEvent: 0,
    retryCount: 0,
    retries: [],
    outcome: null,
    output: null,
    children: null,
    token: null,
    variables: {},
    variableBytes: 0,
    assigns: 0,
    unsaved: null,
    alive: true,
    attempt: null,
    stored: false,
  }
  execution.frames.set(frame.id, frame)
  return frame
}

/** The work of a state has ended; what follows is decided by `drive`. */
export function settle(frame: Frame, outcome: NonNullable<Frame['outcome']>): void {
  frame.phase = 'settled'
  frame.outcome = outcome
  frame.attempt = null
  frame.execution.keeper.touch(frame)
}

/** True while the try is the one that counts: no timer, answer or end from above came first. */
export function isCurrent(frame: Frame, attempt: object): boolean {
  return frame.alive && frame.attempt === attempt
}

/** JSON text for an event; none is made for executions without a history. */
export function textForHistory({ keeper }: Execution, value: unknown): string {
  return keeper.durable ? textOf(value) : ''
}
