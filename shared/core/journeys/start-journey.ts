import type { Field } from '../../definitions/graph.ts'
import { isFault } from '../../faults.ts'
import { getBinding } from '../../store/journey-bindings.ts'
import { putJourney } from '../../store/journeys.ts'
import { getRun } from '../../store/runs.ts'
import { digest } from '../../store/table.ts'
import type { JsonObject, World } from '../../world.ts'
import { limitRate } from '../rate-limit.ts'
import { noRun } from '../refusal.ts'
import { runExpress } from '../run-express.ts'
import type { RunView } from '../run-view.ts'
import { start } from '../start.ts'
import { type ResolvedVersion, resolveVersion } from '../versions.ts'
import { holderOfJourney, type Journey } from './journey.ts'
import { messagesOf } from './messages.ts'
import { badInputs, journeyFault } from './refusals.ts'
import { type JourneyTrigger, journeyFor, seedTypes } from './triggers.ts'

/** What a journey begins with. */
export interface JourneyOrder {
  /** null = the path names no organisation that there is. */
  orgId: string | null
  flowType: string | null
  /** The flow's declared inputs are taken from it, the rest is dropped. */
  inputs: JsonObject
  applicationId: string | null
  /** The caller's, as the gateway knows it. */
  address: string
  waitSeconds: number
  traceparent: string
}

const mostStarts = 600
/** Longest life of a run, and a day, in seconds. */
const lifeSeconds = 367 * 86_400
const nameOfType = /^[A-Z][A-Z0-9_]{1,63}$/

/**
 * Starts the flow that answers a flowType (faces/journeys.md §3). Its flowId is told here and stored nowhere; `taken` are the
 * names of what became its inputs.
 *
 * @throws {Fault} `invalid_request` reason `flow_type`, `flow_disabled`, `inputs`; `rate_limited`; `payload_too_large`;
 *   `concurrency_limit`; `unavailable`.
 */
export async function startJourney(
  world: World,
  order: JourneyOrder,
): Promise<{ journey: Journey; flowId: string; run: RunView; taken: string[] }> {
  await limitRate(world, `journey-starts#${digest(order.address)}`, mostStarts)
  const { orgId, flow, version, trigger } = await answering(world, order)
  const runId = world.ids.uuid()
  const flowId = world.ids.uuid()
  const { flowType, showMessages } = trigger
  const row = {
    ...{ flowIdHash: digest(flowId), orgId, runId, flowType, showMessages },
    ttl: Math.floor(world.clock.now() / 1000) + lifeSeconds,
  }
  const inputs = declared(version.graph.inputs, order.inputs)
  const { run } = await started(flowType, () =>
    start(
      world,
      holderOfJourney(row),
      {
        flowId: flow,
        inputs,
        quoted: true,
        trigger: { type: 'journey', data: { flowType, applicationId: order.applicationId } },
        requireTrigger: 'journey',
        waitSeconds: order.waitSeconds,
        traceparent: order.traceparent,
        beside: { writes: [putJourney(row)], isSpent: async () => false, refusal: noRun },
      },
      { id: runId, express: runExpress },
    ),
  )
  const now = await getRun(world, orgId, runId)
  if (now === null) throw noRun()
  return { journey: { row, run: now }, flowId, run, taken: Object.keys(inputs) }
}

/** The flow that answers the type now. */
async function answering(
  world: World,
  { orgId, flowType }: JourneyOrder,
): Promise<{ orgId: string; flow: string; version: ResolvedVersion; trigger: JourneyTrigger }> {
  if (flowType === null || !nameOfType.test(flowType)) throw unknownType(flowType)
  const binding = orgId === null ? null : await getBinding(world, orgId, flowType)
  if (binding === null && !seedTypes.some((type) => type === flowType)) throw unknownType(flowType)
  if (orgId === null || !binding?.enabled || binding.flowId === null) throw disabled(flowType)
  const version = await latestOf(world, orgId, binding.flowId)
  const trigger = version && journeyFor(version.graph, flowType)
  if (!trigger) throw disabled(flowType)
  return { orgId, flow: binding.flowId, version, trigger }
}

async function latestOf(world: World, orgId: string, flowId: string): Promise<ResolvedVersion | null> {
  try {
    return await resolveVersion(world, orgId, flowId, 'latest')
  } catch (error) {
    if (isFault(error, 'not_found') || isFault(error, 'version_not_published')) return null
    throw error
  }
}

/** What the flow does not declare is dropped: a form that was sent along may hold anything. */
function declared(fields: Field[] | undefined, inputs: JsonObject): JsonObject {
  const names = new Set(fields?.map(({ name }) => name))
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.has(name)))
}

/** Inputs that do not fit are told field by field; a flow that lost its trigger meanwhile is none. */
async function started<T>(flowType: string, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    if (isFault(error, 'validation_failed')) throw badInputs(messagesOf(error.details.issues ?? []), flowType)
    if (isFault(error, 'not_found') || isFault(error, 'version_not_published')) throw disabled(flowType)
    if (isFault(error, 'conflict') && error.details.reason === 'trigger_not_enabled') throw disabled(flowType)
    throw error
  }
}

function unknownType(flowType: string | null) {
  const known = `${seedTypes.join(', ')}, or one that the organisation has bound`
  return journeyFault(
    flowType === null ? `Say which flowType: ${known}` : `There is no such flowType: expected ${known}`,
    { reason: 'flow_type' },
  )
}

function disabled(flowType: string) {
  return journeyFault(`No flow answers ${flowType}: publish one with this journey trigger, and enable it`, {
    ...{ reason: 'flow_disabled', flowType },
  })
}
