import { open as admin } from '../../functions/admin.ts'
import { open as changed } from '../../functions/changed.ts'
import { open as client } from '../../functions/client.ts'
import { open as dashboard } from '../../functions/dashboard.ts'
import { open as due } from '../../functions/due.ts'
import { open as executions } from '../../functions/executions.ts'
import { open as headless } from '../../functions/headless.ts'
import { open as hooks } from '../../functions/hooks.ts'
import { open as journeys } from '../../functions/journeys.ts'
import { open as own } from '../../functions/own.ts'
import { open as runner } from '../../functions/runner.ts'
import { open as scheduled } from '../../functions/scheduled.ts'
import { open as script } from '../../functions/script.ts'
import { open as settled } from '../../functions/settled.ts'
import { open as socket } from '../../functions/socket.ts'
import { open as step } from '../../functions/step.ts'
import { open as swept } from '../../functions/swept.ts'
import { type DoorName, doors, functionName } from '../doors.ts'
import type { FunctionShape, OpenDoor } from './functions.ts'

const opens: Record<DoorName, OpenDoor> = {
  client,
  dashboard,
  journeys,
  headless,
  hooks,
  runner,
  executions,
  own,
  step,
  script,
  settled,
  changed,
  due,
  scheduled,
  swept,
  socket,
  admin,
}

/** The functions of a stage by physical name, with the sizes that the CDK app gives them. */
export function functionShapes(stage: string): Record<string, FunctionShape> {
  return Object.fromEntries(
    doors.map(({ door, timeoutSeconds, memoryMegabytes }) => [
      functionName(stage, door),
      { open: opens[door], timeoutSeconds, memoryMegabytes },
    ]),
  )
}
