import { createHmac } from 'node:crypto'
import { currentSigningKey } from '../aws/platform-secrets.ts'
import { Fault } from '../faults.ts'
import { findResume } from '../store/resume-tokens.ts'
import { getRun } from '../store/runs.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import type { Principal } from './principal.ts'
import { noRun } from './refusal.ts'

/** How long a run stays open to its starter after its end. */
const afterEndMs = 86_400_000

/** The token of a share-started run: the same each time it is made, so that a lost reply can be given again. */
export async function resumeTokenOf(world: World, orgId: string, runId: string): Promise<string> {
  const { secret } = await currentSigningKey(world)
  return `rsm_${createHmac('sha256', secret).update(`resume ${orgId} ${runId}`).digest('base64url')}`
}

/**
 * Who holds a resume token: nobody but of this one run (dashboard.md §4).
 *
 * @throws {Fault} `unauthorized` for a token that is none, or is over; `not_found` for another run.
 */
export async function holderOf(world: World, token: string, runId: string): Promise<Principal> {
  const row = /^rsm_[\w-]{43}$/.test(token) ? await findResume(world, digest(token)) : null
  if (row === null) throw over()
  if (row.runId !== runId) throw noRun()
  const run = await getRun(world, row.orgId, row.runId)
  if (!run) throw noRun()
  if (run.finishedAt !== undefined && Date.parse(run.finishedAt) + afterEndMs <= world.clock.now())
    throw over()
  return {
    orgId: row.orgId,
    actor: `share:${row.shareId}`,
    accountId: null,
    email: null,
    role: 'viewer',
    scopes: [],
    sessionId: null,
    holds: { runId: row.runId, allowApproval: row.allowApproval },
  }
}

function over(): Fault {
  return new Fault('unauthorized', 'A valid credential is needed')
}
