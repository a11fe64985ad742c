import type { StepEvent } from '../shared/asl/step-event.ts'
import { endRun } from '../shared/core/end-run.ts'
import { doWork } from '../shared/core/work.ts'
import type { Json, World } from '../shared/world.ts'
import { door, onLambda } from './door.ts'

/** A state of a compiled machine wants work done, a question asked, or its end recorded. */
async function step(world: World, event: StepEvent): Promise<Json> {
  if (event.v !== 1)
    throw new Error(`The machine speaks version ${event.v} of the step event; this release knows 1`)
  switch (event.kind) {
    case 'work':
      return doWork(world, event)
    case 'ask':
      return (await import('../shared/core/open-wait.ts')).openWait(world, event)
    case 'subflow':
      return (await import('../shared/core/subflows.ts')).startSubflow(world, event)
    case 'expire':
      return (await import('../shared/core/expire-wait.ts')).expireWait(world, event)
    case 'leave':
      return (await import('../shared/core/leave-bodies.ts')).leaveBodies(world, event)
    case 'end':
      return endRun(world, event)
  }
  throw new Error(
    `The machine asks for ${(event as { kind: string }).kind}, which this release does not know`,
  )
}

/** Which run a log line is about. */
function runOf({ run }: Partial<StepEvent>): Record<string, string> {
  return run === undefined ? {} : { runId: run.id, org: run.orgId }
}

export const open = door(step, runOf)
export const handler = onLambda(open)
