import { canonicalJson } from '../asl/canonical.ts'
import { instant } from '../aws/clock.ts'
import { Fault, isFault } from '../faults.ts'
import type { Accepted, Question } from '../steps/define.ts'
import { findStep } from '../steps/index.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import type { WaitRow } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { checkRight } from './answer-right.ts'
import { audit } from './audit.ts'
import type { CheckedAnswer, Taking } from './checked-answer.ts'
import { claimAndDeliver } from './claim.ts'
import { knownTo } from './known-to-step.ts'
import { findWait, runFinished, waitNamedBy } from './name-wait.ts'
import { afterOther, closedByOther, useUp } from './one-time-question.ts'
import { type Principal, voterOf } from './principal.ts'
import { answering, noRun } from './refusal.ts'
import { type RunView, viewRun, viewWait, type WaitView } from './run-view.ts'
import { digestFor, seal } from './sealing.ts'
import { secondAnswer, waitExpired } from './second-answer.ts'
import { type Told, toldLimitBytes } from './task-tokens.ts'
import { castVote } from './votes.ts'
import { hasPaused, watchRun } from './watch-run.ts'

/** What the answer is, and for which wait. */
export interface AnswerOrder {
  runId: string
  /** May be left out while one wait is open. */
  waitId?: string | undefined
  /** In the shape of conventions.md §8. */
  answer: JsonObject
}

/** With other waits open the run may stand where it stood: then its caller is not kept for the whole time. */
const othersOpenSeconds = 1

/**
 * Answers a wait and waits for what follows: the next wait, the end of the run, or the end of the time. Of several answers
 * the first wins, whatever door it came by; the same answer again gets the first one's result (conventions.md §8).
 *
 * @throws {Fault} `not_found`, `conflict` (`wait_mismatch`, `wait_not_named`, `not_waiting`), `forbidden`,
 * `validation_failed`, `payload_too_large`, `wait_already_answered`, `wait_expired`, `run_finished`, `unavailable`.
 */
export async function answerWait(
  world: World,
  who: Principal,
  { runId, waitId, answer }: AnswerOrder,
  waitSeconds: number,
): Promise<{ run: RunView; wait: WaitView; replayed: boolean }> {
  return await answering(world, async () => {
    const run = await getRun(world, who.orgId, runId)
    if (!run) throw noRun()
    const wait = await findWait(world, run, waitNamedBy(answer, waitId))
    const taken = await tryAnswer(world, who, run, wait, answer)
    const others = [...(run.openWaits ?? [])].some((key) => key !== wait.stepKey)
    const seconds = others ? Math.min(waitSeconds, othersOpenSeconds) : waitSeconds
    // A repeated answer does not know what its first caller had seen; a vote is followed by nothing.
    const seen = taken.replayed ? 0 : run.rev
    const row = await watchRun(world, run.orgId, run.id, taken.voted ? 0 : seconds, (now) =>
      hasPaused(now, seen),
    )
    return { run: await viewRun(world, row), wait: viewWait(taken.wait), replayed: taken.replayed }
  })
}

async function tryAnswer(
  world: World,
  who: Principal,
  run: RunRow,
  wait: WaitRow,
  answer: JsonObject,
): Promise<Taking> {
  const answerHash = await hashOf(world, wait, answer)
  if (wait.status !== 'open') {
    const voter = voterOf(who)
    const first = await secondAnswer(world, run, wait, {
      actor: who.actor,
      answerHash,
      voter,
      decision: answer.decision,
    })
    return { wait: first, replayed: true }
  }
  if (hasEnded(run)) throw runFinished(run)
  if (world.clock.now() >= Date.parse(wait.expiresAt)) throw waitExpired(wait)
  const question = JSON.parse(wait.question) as Question
  await needRight(world, who, run, wait, question)
  if (!(await useUp(world, wait, question)))
    return await tryAnswer(world, who, run, await afterOther(world, wait), answer)
  const checked = await check(world, who, wait, question, answer, answerHash).catch(
    async (error: unknown) => {
      const closed = isFault(error, 'validation_failed') ? await closedByOther(world, wait, question) : null
      if (closed === null) throw error
      return closed
    },
  )
  if ('stepKey' in checked) return await tryAnswer(world, who, run, checked, answer)
  const vote = await castVote(world, run, wait, question, checked)
  return vote ?? (await claimAndDeliver(world, run, wait, checked))
}

/** Whoever tries to decide what is not his to decide is written down (conventions.md §9). */
async function needRight(
  world: World,
  who: Principal,
  run: RunRow,
  wait: WaitRow,
  question: Question,
): Promise<void> {
  try {
    checkRight(question, who, run)
  } catch (error) {
    const { actor, requestId, address } = who
    await audit(world, run.orgId, { actor, action: 'wait.refused', target: wait.id, requestId, address })
    throw error
  }
}

async function check(
  world: World,
  who: Principal,
  wait: WaitRow,
  question: Question,
  answer: JsonObject,
  answerHash: string,
): Promise<CheckedAnswer> {
  const step = findStep(wait.stepType)
  if (step?.kind !== 'wait') throw new Error(`There is no waiting step ${wait.stepType}`)
  const at = instant(world.clock.now())
  const { actor, accountId, email } = who
  const { state, passkeys } = await knownTo(
    world,
    { needs: step.needs?.filter((need) => need === 'state' || need === 'passkeys') ?? [] },
    wait,
  )
  const accepted = await step.accept(question, answer, {
    actor,
    at,
    ...(state === undefined ? {} : { state }),
    ...(passkeys === undefined ? {} : { passkeys }),
    ...(accountId === null ? {} : { accountId }),
    ...(email === null ? {} : { email }),
  })
  const told = await tell(world, wait, actor, accepted)
  if (told.ok && Buffer.byteLength(JSON.stringify(told.output)) > toldLimitBytes)
    throw new Fault('payload_too_large', 'The answer is larger than 256 KiB', { limitBytes: toldLimitBytes })
  return { actor, voter: voterOf(who), at, answerHash, told, outcome: accepted.outcome }
}

/** Files are kept for the run, and values that must not be seen sealed before anything else sees them (flow-language.md §6). */
async function tell(world: World, wait: WaitRow, actor: string, accepted: Accepted): Promise<Told> {
  if (!accepted.ok) return { ok: false, error: accepted.error, cause: accepted.cause }
  let { output } = accepted
  if (accepted.files !== undefined) {
    // Few answers have files.
    const { takeAnswerFiles } = await import('./answer-files.ts')
    output = await takeAnswerFiles(world, wait, actor, output, accepted.files)
  }
  for (const path of accepted.sealed ?? []) output = await sealAt(world, wait, output, path)
  return { ok: true, output }
}

async function sealAt(world: World, wait: WaitRow, value: Json, path: string[]): Promise<Json> {
  const [name, ...rest] = path
  if (name === undefined) return value === null ? null : await seal(world, wait, value)
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value
  const inner = (value as JsonObject)[name] ?? null
  return { ...(value as JsonObject), [name]: await sealAt(world, wait, inner, rest) }
}

/** The same answer has the same hash; which wait it names is no part of it. Nobody can try out answers on it without the key. */
async function hashOf(world: World, wait: WaitRow, answer: JsonObject): Promise<string> {
  const { executionId: _, ...rest } = answer
  const { toolResult } = rest
  if (typeof toolResult === 'object' && toolResult !== null && !Array.isArray(toolResult)) {
    const { executionId: __, ...result } = toolResult
    rest.toolResult = result
  }
  return await digestFor(world, wait, `${wait.id} ${canonicalJson(rest)}`)
}
