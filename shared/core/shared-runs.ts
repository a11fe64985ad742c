import { instant } from '../aws/clock.ts'
import type { Field } from '../definitions/graph.ts'
import { Fault, isFault } from '../faults.ts'
import { putResume } from '../store/resume-tokens.ts'
import { countShareRun, findShare, getShare, type ShareRow } from '../store/shares.ts'
import { digest } from '../store/table.ts'
import type { JsonObject, World } from '../world.ts'
import { limitRate } from './rate-limit.ts'
import { answering } from './refusal.ts'
import type { IdempotencyKey } from './requests.ts'
import { resumeTokenOf } from './resume-token.ts'
import { runExpress } from './run-express.ts'
import type { RunView } from './run-view.ts'
import { start } from './start.ts'
import { type ResolvedVersion, resolveVersion } from './versions.ts'

/** What a page needs to draw the form of a shared flow. */
export interface SharedForm {
  name: string
  description: string | null
  version: number
  inputs: Field[]
  requiresFile: boolean
  expiresAt: string | null
}

/** Executions a minute: of one address and token, and of one token. */
const mostOfAddress = 20
const mostOfToken = 300
/** Longest life of a run, and the day after its end, in seconds. */
const resumeLifeSeconds = 2 * 366 * 86_400

/** The form that a token shows (dashboard.md §4). @throws {Fault} `not_found`, the same for every cause. */
export async function readShared(world: World, token: string): Promise<SharedForm> {
  return await answering(world, async () => {
    const { share, version } = await openShare(world, token)
    const { metadata, inputs = [] } = version.graph
    return {
      name: metadata.name,
      description: metadata.description ?? null,
      version: version.version ?? 0,
      inputs,
      requiresFile: inputs.some(({ type }) => type === 'file'),
      expiresAt: share.expiresAt,
    }
  })
}

/** A token that opens something, with the version it opens now. @throws {Fault} `not_found` */
export async function openShare(
  world: World,
  token: string,
): Promise<{ share: ShareRow; version: ResolvedVersion }> {
  const share = await findShare(world, digest(token))
  if (share === null || !isLive(share, world.clock.now())) throw noShare()
  try {
    const version = await resolveVersion(world, share.orgId, share.flowId, share.version)
    if (version.graph.triggers.some(({ type }) => type === 'form')) return { share, version }
  } catch (error) {
    if (!isFault(error, 'not_found') && !isFault(error, 'version_not_published')) throw error
  }
  throw noShare()
}

function isLive({ disabled, expiresAt, maxRuns, runs }: ShareRow, now: number): boolean {
  if (disabled || (maxRuns !== null && runs >= maxRuns)) return false
  return expiresAt === null || Date.parse(expiresAt) > now
}

async function isStillLive(world: World, share: ShareRow): Promise<boolean> {
  const now = await getShare(world, share)
  return now !== null && isLive(now, world.clock.now())
}

/** Why a token opens nothing is nobody's business. */
function noShare(): Fault {
  return new Fault('not_found', 'There is no such share')
}

/** An execution by a token. */
export interface SharedOrder {
  inputs: JsonObject
  waitSeconds: number
  /** The caller's, as the gateway knows it. */
  address: string
  /** Made for this share. */
  idempotency?: ((shareId: string) => IdempotencyKey | undefined) | undefined
  traceparent?: string
}

/**
 * Starts a run by a token. The run counts itself on the share in its own transaction, so that a share never begins more
 * than it may; the reply carries what opens the run to its starter.
 *
 * @throws {Fault} `not_found`, `rate_limited`, and what a start refuses with.
 */
export async function startShared(
  world: World,
  token: string,
  order: SharedOrder,
): Promise<{ run: RunView; replayed: boolean; resumeToken: string; allowApproval: boolean }> {
  const { share } = await answering(world, async () => {
    const opened = await openShare(world, token)
    await limitRate(world, `share#${opened.share.id}#${digest(order.address)}`, mostOfAddress)
    await limitRate(world, `share#${opened.share.id}`, mostOfToken)
    return opened
  })
  const { orgId, flowId, id: shareId, allowApproval, version } = share
  const runId = world.ids.uuid()
  const resumeToken = await resumeTokenOf(world, orgId, runId)
  const ttl = Math.floor(world.clock.now() / 1000) + resumeLifeSeconds
  const idempotency = order.idempotency?.(shareId)
  const { run, replayed } = await start(
    world,
    { orgId, actor: `share:${shareId}` },
    {
      ...{ flowId, version, inputs: order.inputs, waitSeconds: order.waitSeconds },
      trigger: { type: 'form' },
      requireTrigger: 'form',
      ...(order.traceparent === undefined ? {} : { traceparent: order.traceparent }),
      ...(idempotency === undefined ? {} : { idempotency }),
      beside: {
        writes: [
          countShareRun(share, instant(world.clock.now())),
          putResume(digest(resumeToken), { orgId, runId, shareId, allowApproval, ttl }),
        ],
        isSpent: async () => !(await isStillLive(world, share)),
        refusal: noShare,
      },
    },
    { id: runId, express: runExpress },
  )
  // A repeated request finds the first run: its starter is given that one's token.
  const opens = replayed ? await resumeTokenOf(world, orgId, run.id) : resumeToken
  return { run, replayed, resumeToken: opens, allowApproval }
}
