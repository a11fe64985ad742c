import { point } from '../../fault-points.ts'
import { endExecution } from './end.ts'
import type { Execution, Frame, TimerKind } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { settle } from './move.ts'
import { endTask } from './task.ts'

/** A timer of a frame has come due. */
export function wake(machinery: Machinery, frame: Frame, kind: Exclude<TimerKind, 'execution'>): void {
  if (!frame.alive) return
  switch (kind) {
    case 'wait':
      settle(frame, { result: null })
      break
    case 'retry':
      frame.phase = 'ready'
      frame.execution.keeper.touch(frame)
      break
    case 'timeout':
      endTask(machinery, frame, { error: 'States.Timeout', cause: '' })
      break
    case 'heartbeat':
      endTask(machinery, frame, { error: 'States.HeartbeatTimeout', cause: '' })
      break
  }
  point('states.timer.fired')
  machinery.drive(frame)
}

/** The execution has run out of time. */
export function wakeExecution(machinery: Machinery, execution: Execution): void {
  endExecution(machinery, execution, { status: 'TIMED_OUT', error: 'States.Timeout' })
}
