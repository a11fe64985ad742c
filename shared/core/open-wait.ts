import type { AskEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { StepError } from '../step-error.ts'
import type { Question } from '../steps/define.ts'
import { findStep } from '../steps/index.ts'
import { replaceToken } from '../store/wait-changes.ts'
import { openWaitRow, type WaitRow } from '../store/waits.ts'
import type { JsonObject, World } from '../world.ts'
import { deliverAgain } from './deliver.ts'
import { engineError, forEngine, runCancelled } from './engine-error.ts'
import { knownTo } from './known-to-step.ts'
import { lockToken } from './lock-token.ts'
import { stepKey, waitIdOf } from './step-key.ts'

/**
 * Opens the wait of a step that asks. Asked again for the same visit, the same wait stands, with the new token.
 *
 * @throws {Error} the step's own code for params that make no question; `RunCancelled` if the run has ended.
 */
export async function openWait(world: World, event: AskEvent): Promise<null> {
  return await forEngine(world, async () => {
    const { run } = event
    if (run.rerunOf !== undefined && (await (await import('./reuse.ts')).reuseAnswer(world, event)))
      return null
    const question = await ask(world, event)
    const token = await lockToken(world, { orgId: run.orgId, runId: run.id }, event.token)
    const result = await openWaitRow(world, rowOf(world, event, question, token))
    if (result.opened) return null
    if (!result.present) throw runCancelled()
    await askedAgain(world, result.present, token)
    return null
  })
}

async function ask(world: World, event: AskEvent): Promise<Question> {
  const step = findStep(event.type)
  if (step?.kind !== 'wait') throw engineError('unknown_step', `There is no waiting step ${event.type}`)
  const id = waitIdOf(event.run.id, stepKey(event.at, event.stepId, event.iter))
  const known = await knownTo(world, step, { id, orgId: event.run.orgId, userId: userIdIn(event.args) })
  try {
    return step.ask(event.args, known)
  } catch (error) {
    if (error instanceof StepError) throw engineError(error.code, error.message)
    throw error
  }
}

/** Whom the question is about, if it says so. */
function userIdIn({ user }: JsonObject): string | null {
  const { id } = (user ?? {}) as { id?: unknown }
  return typeof id === 'string' && id !== '' ? id : null
}

function rowOf(world: World, event: AskEvent, question: Question, token: string): WaitRow {
  const { run, stepId, iter } = event
  const key = stepKey(event.at, stepId, iter)
  const { needed } = (question.approvals ?? {}) as { needed?: number }
  return {
    id: waitIdOf(run.id, key),
    orgId: run.orgId,
    runId: run.id,
    flowId: run.flowId,
    stepKey: key,
    stepId,
    stepName: event.name,
    stepType: event.type,
    as: event.as,
    iter,
    kind: question.kind,
    status: 'open',
    question: JSON.stringify(question),
    openedAt: instant(world.clock.now()),
    expiresAt: instant(Date.parse(event.at) + event.timeoutSeconds * 1000),
    onTimeout: JSON.stringify(event.onTimeout),
    token,
    trace: JSON.stringify(event.trace),
    seen: JSON.stringify(event.seen),
    ...((needed ?? 1) > 1 ? { votes: {} } : {}),
  }
}

/** The engine has given the task a new token: an answer that was taken meanwhile goes to that one. */
async function askedAgain(world: World, present: WaitRow, token: string): Promise<void> {
  const wait = await replaceToken(world, present, token)
  if (wait?.status === 'claimed' || wait?.status === 'answered') await deliverAgain(world, wait)
}
