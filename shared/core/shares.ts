import { instant } from '../aws/clock.ts'
import { Fault, type Issue } from '../faults.ts'
import { getFlow } from '../store/flows.ts'
import {
  changeShareRow,
  dropShare,
  getShare,
  listShareRows,
  putShare,
  type ShareChange,
  type ShareRow,
} from '../store/shares.ts'
import { digest } from '../store/table.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { type Author, noted } from './flow-change.ts'
import { answering } from './refusal.ts'
import { noFlow } from './version-faults.ts'
import { resolveVersion } from './versions.ts'

/** A share as it is shown; its token only when it was just made. */
export type ShareView = Omit<ShareRow, 'orgId' | 'tokenHash'>

/** What a new share may do. */
export interface ShareWish {
  name?: string | null | undefined
  version?: number | 'latest' | undefined
  expiresAt?: string | null | undefined
  maxRuns?: number | null | undefined
  allowApproval?: boolean | undefined
}

const mostOfFlow = 50
const yearMs = 366 * 86_400_000
const hintLength = 4

/**
 * Makes a share of a flow: whoever has the token may run it (dashboard.md §4).
 *
 * @throws {Fault} `not_found`, `version_not_published`, `validation_failed`; `conflict` reason `trigger_not_enabled` or
 *   `limit_reached`.
 */
export async function createShare(
  world: World,
  author: Author,
  flowId: string,
  { name = null, version = 'latest', expiresAt = null, maxRuns = null, allowApproval = false }: ShareWish,
): Promise<{ share: ShareView; token: string }> {
  return await answering(world, async () => {
    const { graph } = await resolveVersion(world, author.orgId, flowId, version)
    if (!graph.triggers.some(({ type }) => type === 'form'))
      throw new Fault('conflict', 'The flow has no form trigger', { reason: 'trigger_not_enabled' })
    checkExpiry(world, expiresAt)
    const live = (await listShareRows(world, author.orgId, flowId)).length
    if (live >= mostOfFlow)
      throw new Fault('conflict', `A flow has at most ${mostOfFlow} shares`, {
        reason: 'limit_reached',
        limit: mostOfFlow,
      })
    const token = `shr_${world.ids.secret(32)}`
    const row: ShareRow = {
      ...{ id: world.ids.uuid(), orgId: author.orgId, flowId, name, tokenHash: digest(token) },
      tokenHint: `…${token.slice(-hintLength)}`,
      ...{ version, expiresAt, maxRuns, runs: 0, allowApproval, disabled: false },
      ...{ createdAt: instant(world.clock.now()), createdBy: author.actor, lastUsedAt: null },
    }
    const entry = noted(world, author, 'share.created', flowId, { share: row.id })
    const { ok } = await transact(world, [...putShare(row), entry])
    if (!ok) throw new Error('The id of a new share was taken')
    return { share: viewOf(row), token }
  })
}

function checkExpiry({ clock }: World, expiresAt: string | null | undefined): void {
  if (expiresAt === null || expiresAt === undefined) return
  const left = Date.parse(expiresAt) - clock.now()
  if (left > 0 && left <= yearMs) return
  const issue: Issue = {
    path: '/expiresAt',
    code: 'range',
    message: 'expiresAt must be within the next year',
  }
  throw new Fault('validation_failed', 'The share cannot be like this', { issues: [issue] })
}

/** Shares of a flow, newest first. @throws {Fault} `not_found` */
export async function listShares(world: World, orgId: string, flowId: string): Promise<ShareView[]> {
  return await answering(world, async () => {
    if ((await getFlow(world, orgId, flowId)) === null) throw noFlow()
    const rows = await listShareRows(world, orgId, flowId)
    return rows.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).map(viewOf)
  })
}

/** Changes a share; what is absent stays. @throws {Fault} `not_found`, `validation_failed` */
export async function changeShare(
  world: World,
  author: Author,
  flowId: string,
  id: string,
  change: ShareChange,
): Promise<ShareView> {
  return await answering(world, async () => {
    checkExpiry(world, change.expiresAt)
    const place = { orgId: author.orgId, flowId, id }
    const nothing = Object.keys(change).length === 0
    const row = nothing ? await getShare(world, place) : await changeShareRow(world, place, change)
    if (row === null) throw noShare()
    if (!nothing) await transact(world, [noted(world, author, 'share.changed', flowId, { share: id })])
    return viewOf(row)
  })
}

/** Revokes a share at once; its open runs go on unless they are to be cancelled. @throws {Fault} `not_found` */
export async function deleteShare(
  world: World,
  author: Author,
  flowId: string,
  id: string,
  { cancelRuns = false } = {},
): Promise<void> {
  await answering(world, async () => {
    const row = await getShare(world, { orgId: author.orgId, flowId, id })
    if (row === null) throw noShare()
    const entry = noted(world, author, 'share.revoked', flowId, { share: id })
    if (!(await transact(world, [...dropShare(row), entry])).ok) throw noShare()
    if (cancelRuns) await cancelRunsOf(world, row)
  })
}

async function cancelRunsOf(world: World, { orgId, flowId, id }: ShareRow): Promise<void> {
  const { cancelOpenRuns } = await import('./cancel-open-runs.ts')
  const which = { flowId, trigger: 'form', createdBy: `share:${id}` }
  await cancelOpenRuns(world, orgId, which, 'The share was revoked')
}

function viewOf(row: ShareRow): ShareView {
  const { id, flowId, name, tokenHint, version, expiresAt, maxRuns, runs } = row
  const { allowApproval, disabled, createdAt, createdBy, lastUsedAt } = row
  return {
    ...{ id, flowId, name, tokenHint, version, expiresAt, maxRuns, runs },
    ...{ allowApproval, disabled, createdAt, createdBy, lastUsedAt },
  }
}

function noShare(): Fault {
  return new Fault('not_found', 'There is no such share')
}
