import { actionNames } from '../../core/journeys/actions.ts'
import { lookOn } from '../../core/journeys/look-on.ts'
import { errorMessage } from '../../core/journeys/messages.ts'
import { journeyFault } from '../../core/journeys/refusals.ts'
import { knewAction } from '../../core/journeys/shown-before.ts'
import { tellStep } from '../../core/journeys/tell.ts'
import type { RunView, WaitView } from '../../core/run-view.ts'
import { Fault } from '../../faults.ts'
import type { World } from '../../world.ts'
import { progressAction } from './made-views.ts'
import { type Held, stepObject } from './step-object.ts'

/** The refusal of an answer to a step that has closed: nothing has moved, and nothing goes back (faces/journeys.md §4). */
export async function staleAction(world: World, held: Held, run: RunView): Promise<Fault> {
  return await refusal(world, held, run, {
    // Answered, expired, or none of this journey.
    text: 'This step takes no answer now: the present one is in current',
    i18nKey: 'stale_action',
  })
}

/** The refusal of an action that the step does not have; of one that an earlier step had, it is told so. */
export async function unknownAction(
  world: World,
  held: Held,
  wait: WaitView,
  actionId: string | null,
  actions: string[],
): Promise<Fault> {
  const run = await lookOn(world, held.journey, 0)
  if (actionId !== null && (await knewAction(world, held.journey, wait.id, actionId)))
    return await staleAction(world, held, run)
  const asked = actionId === null ? 'Say which action is meant' : 'This step has no such action'
  return await refusal(world, held, run, {
    text: `${asked}; it has ${actions.join(', ')}`,
    i18nKey: 'action_unknown',
    actions,
  })
}

async function refusal(
  world: World,
  held: Held,
  run: RunView,
  { text, i18nKey, actions }: { text: string; i18nKey: string; actions?: string[] },
): Promise<Fault> {
  const step = await tellStep(world, held.journey, run)
  const { flowId, flowType, flowStatus, type, data } = await stepObject(world, held, step)
  const fault = journeyFault(text, {
    reason: 'action',
    flowType,
    messages: [errorMessage(text, i18nKey)],
    actions: actions ?? actionsIn(step),
  })
  return new Fault(fault.code, text, { ...fault.details, current: { flowId, flowStatus, type, data } })
}

function actionsIn(step: Awaited<ReturnType<typeof tellStep>>): string[] {
  if (step.at === 'wait') return actionNames(step.wait).map(([own = '']) => own)
  return step.at === 'progress' ? [progressAction] : []
}
