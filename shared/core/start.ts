import { instant } from '../aws/clock.ts'
import type { FlowSettings, Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { createRun, type RunRow } from '../store/runs.ts'
import type { Write } from '../store/transact.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { acceptInputs } from './accept-inputs.ts'
import type { Beside } from './concurrency.ts'
import { executionInput } from './execution-input.ts'
import { checkOpenRuns } from './open-run-limit.ts'
import { limitsOf } from './organisation-limits.ts'
import { answering } from './refusal.ts'
import { findStart, type IdempotencyKey, requestItemForStart } from './requests.ts'
import type { runExpress } from './run-express.ts'
import { runStandard } from './run-standard.ts'
import { type RunView, viewRun } from './run-view.ts'
import type { FilesOfRun } from './used-files.ts'
import { type ResolvedVersion, resolveVersion } from './versions.ts'
import { hasPaused, watchRun } from './watch-run.ts'

/** Who starts a run. */
export interface Starter {
  orgId: string
  /** `user:<account>`, `key:<id>`, `schedule:<id>` … */
  actor: string
  accountId?: string | null
  email?: string | null
  role?: string | null
}

/** What to run, and how long to wait for what comes of it. */
export interface StartOrder {
  flowId: string
  /** `latest` if absent. */
  version?: number | 'latest' | 'draft'
  /** A version that is named by its number may be unpublished. */
  evenUnpublished?: boolean
  inputs: JsonObject
  trigger: { type: string; data?: Json }
  /** Declared numbers and booleans may stand between quotes. */
  quoted?: boolean
  /** Trigger that the flow must declare. */
  requireTrigger?: string
  /** 0-25. */
  waitSeconds: number
  idempotency?: IdempotencyKey
  /** For which moment a schedule starts it. */
  scheduledAt?: string
  /**
   * An ended run that is run again, from which step, the steps that give their outputs of then, and the run whose place
   * the new one takes, if it takes one.
   */
  again?: { of: string; from: string; reuse: string[]; headId?: string }
  /** Used where the flow itself sets no limit. */
  concurrency?: NonNullable<FlowSettings['concurrency']>
  /** What is written with the run or not at all, and how it is refused if it cannot be. */
  beside?: { writes: Write[]; isSpent: () => Promise<boolean>; refusal: () => Fault }
  /** W3C trace context of the request, well formed; handed to every step. */
  traceparent?: string
}

/** Made by another run's `flow` step. */
export interface Parent {
  runId: string
  stepKey: string
  /** The child's id: the same if the step is entered again. */
  childId: string
  /** The child's own depth. */
  depth: number
}

/** Besides what every start needs. */
export interface StartAs {
  parent?: Parent
  /** The run's id, where the same start may come twice. @default a new one */
  id?: string
  /** Serves a caller who waits; who starts runs without waiting has no use for it, nor the right (`infra/grants.ts`). */
  express?: typeof runExpress
}

/** What one execution takes as its input. */
const executionLimitBytes = 262_144
/** Only a caller who waits this long is served by an Express machine, which lives as long as the call. */
const expressSeconds = 5
const firstCheckMs = 60_000
const expressCheckMs = 350_000

/**
 * Starts a run and waits for its end, its first question, or the end of the time.
 *
 * @throws {Fault} `not_found`, `version_not_published`, `validation_failed` with all issues, `conflict` reason
 * `trigger_not_enabled`, `payload_too_large`, `idempotency_key_reused`, `concurrency_limit`, `unavailable`.
 */
export async function start(
  world: World,
  who: Starter,
  order: StartOrder,
  { parent, id, express }: StartAs = {},
): Promise<{ run: RunView; replayed: boolean }> {
  return await answering(world, async () => {
    const known = order.idempotency ? await findStart(world, who.orgId, order.idempotency) : null
    if (known !== null) return await replay(world, who.orgId, known, order.waitSeconds)
    const version = await resolveVersion(
      world,
      who.orgId,
      order.flowId,
      order.version ?? 'latest',
      order.evenUnpublished,
    )
    requireTrigger(version.graph, order.requireTrigger)
    const { syncSeconds } = version.graph.settings
    const waitSeconds = Math.min(order.waitSeconds, syncSeconds, world.settings.syncSeconds)
    const settings = order.concurrency
      ? { concurrency: order.concurrency, ...version.graph.settings }
      : version.graph.settings
    const asExpress = !version.kinds.standardOnly && waitSeconds >= expressSeconds ? express : undefined
    const kind = asExpress ? 'express' : 'standard'
    const { row, files } = await newRun(world, who, order, version, kind, { parent, id })
    const others: Write[] = [
      ...(order.idempotency ? [requestItemForStart(world, who.orgId, order.idempotency, row.id)] : []),
      ...(order.beside?.writes ?? []),
      ...(files?.writes ?? []),
    ]
    const checkAt = world.clock.now() + (kind === 'express' ? expressCheckMs : firstCheckMs)
    const first = async () =>
      order.idempotency ? await findStart(world, who.orgId, order.idempotency) : null
    const isGone = async () => (await files?.isGone()) === true
    const isSpent = async () =>
      (await first()) !== null || (await order.beside?.isSpent()) === true || (await isGone())
    const written = await write(world, row, settings, { checkAt, others, isSpent })
    if (written === null) {
      const run = await first()
      if (run) return await replay(world, who.orgId, run, order.waitSeconds)
      if (files && (await isGone())) throw files.refusal()
      if (order.beside) throw order.beside.refusal()
      throw new Fault('idempotency_in_progress', 'The first request is still at work', {
        retryAfterSeconds: 1,
      })
    }
    if (written.heldUntil !== undefined) {
      const { runHeld } = await import('./run-held.ts')
      return { run: await runHeld(world, written, waitSeconds), replayed: false }
    }
    const run =
      asExpress !== undefined
        ? await asExpress(world, row, version, waitSeconds)
        : await runStandard(world, written, waitSeconds)
    if (waitSeconds > 0 && run.status === 'running') world.metrics.count('SyncWindowMissed')
    return { run, replayed: false }
  })
}

/** @returns the run as it is stored; null if another request with the same idempotency key was first. */
async function write(
  world: World,
  row: RunRow & { inputs: string },
  settings: FlowSettings,
  beside: Beside,
): Promise<RunRow | null> {
  if (settings.concurrency)
    return await (await import('./concurrency.ts')).createInTurn(world, row, settings, beside)
  const outcome = await createRun(world, row, beside.checkAt, beside.others)
  return outcome === 'refused' ? null : row
}

/** The run that an equal request has started, as it stands after the same wait. */
async function replay(world: World, orgId: string, runId: string, waitSeconds: number) {
  const row = await watchRun(world, orgId, runId, waitSeconds, (seen) => hasPaused(seen, 0))
  return { run: await viewRun(world, row), replayed: true }
}

function requireTrigger(graph: Graph, type: string | undefined): void {
  if (type === undefined || graph.triggers.some((trigger) => trigger.type === type)) return
  throw new Fault('conflict', `The flow has no ${type} trigger`, { reason: 'trigger_not_enabled' })
}

async function newRun(
  world: World,
  who: Starter,
  order: StartOrder,
  version: ResolvedVersion,
  kind: 'express' | 'standard',
  { parent, id: given }: { parent: Parent | undefined; id: string | undefined },
): Promise<{ row: RunRow & { inputs: string }; files: FilesOfRun | undefined }> {
  const { graph, flow } = version
  const id = parent?.childId ?? given ?? world.ids.uuid()
  const { inputs, files } = await acceptInputs(world, who, order, version, {
    runId: id,
    from: parent?.runId,
  })
  const limits = await limitsOf(world, who.orgId)
  if (!parent) await checkOpenRuns(world, who.orgId, limits.openRuns)
  const machine = await version.machine(kind)
  const createdAt = instant(world.clock.now())
  const first = graph.nodes[graph.start]
  const row: RunRow & { inputs: string } = {
    id,
    orgId: who.orgId,
    flowId: order.flowId,
    version: version.version,
    ...(version.version === null ? { draftRevision: flow.revision } : {}),
    ...(version.label ? { label: version.label } : {}),
    status: kind === 'express' ? 'running' : 'queued',
    rev: 1,
    engine: kind,
    machineArn: machine.arn,
    machineHash: machine.hash,
    trigger: order.trigger.type,
    ...(order.trigger.data === undefined ? {} : { triggerData: JSON.stringify(order.trigger.data) }),
    inputs,
    user: JSON.stringify(userOf(who)),
    createdAt,
    createdBy: who.actor,
    ...(who.accountId ? { accountId: who.accountId } : {}),
    ...(kind === 'express' ? { startedAt: createdAt } : {}),
    updatedAt: createdAt,
    ...(parent ? { parentRunId: parent.runId, parentStepKey: parent.stepKey } : {}),
    ...(order.scheduledAt === undefined ? {} : { scheduledAt: order.scheduledAt }),
    ...againOf(order),
    depth: parent?.depth ?? 0,
    ...(flow.secretsOwner === undefined ? {} : { secretsOwner: flow.secretsOwner }),
    ...(order.traceparent === undefined ? {} : { traceparent: order.traceparent }),
    retentionSeconds: (graph.settings.retentionDays ?? limits.retentionDays) * 86_400,
    entry: JSON.stringify({ stepId: graph.start, as: first?.writtenType ?? null }),
  }
  if (Buffer.byteLength(executionInput(row, inputs)) > executionLimitBytes)
    throw new Fault('payload_too_large', 'Inputs and trigger data are larger than 256 KiB', {
      limitBytes: executionLimitBytes,
    })
  return { row, files }
}

function againOf({ again }: StartOrder): Partial<RunRow> {
  if (!again) return {}
  const { of, from, reuse, headId } = again
  return {
    rerunOf: of,
    rerunFrom: from,
    ...(reuse.length === 0 ? {} : { reuse }),
    ...(headId === undefined ? {} : { headId }),
  }
}

function userOf({ accountId, email, role }: Starter): Json {
  return accountId ? { id: accountId, email: email ?? null, role: role ?? null } : null
}
