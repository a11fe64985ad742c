import { instant } from '../aws/clock.ts'
import { Fault, type FaultDetails } from '../faults.ts'
import type { Question } from '../steps/define.ts'
import { findAccount, getAccount } from '../store/accounts.ts'
import { dropLink, getLink, type LinkRow, listLinkRows, putLink } from '../store/links.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import { digest } from '../store/table.ts'
import { transact, type Write } from '../store/transact.ts'
import type { WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'
import { checkRight } from './answer-right.ts'
import { audited } from './audit.ts'
import { linkHolder } from './link-holder.ts'
import { runFinished } from './name-wait.ts'
import { type Principal, voterOf } from './principal.ts'
import { answering, noRun } from './refusal.ts'
import { alreadyAnswered, waitExpired } from './second-answer.ts'
import { waitNamed } from './waits.ts'

/** What a new link is to be. */
export interface LinkWish {
  /** E-mail address, account id or name of whom it is for; stands for who answered. */
  for?: string | null | undefined
  /** RFC 3339. @default the wait's own end, which is also the latest */
  expiresAt?: string | null | undefined
}

/** Most links of one wait. */
const mostOfWait = 100

/**
 * Makes a link by which a person without an account answers one wait (conventions.md §9). Its address is told here and never
 * again.
 *
 * @throws {Fault} `not_found`; `validation_failed` for an end that cannot be, and for somebody who is no approver of the step;
 *   `forbidden` where it would open what its maker may not do; `conflict` reason `limit_reached`; `wait_already_answered`,
 *   `wait_expired`, `run_finished`.
 */
export async function createLink(
  world: World,
  who: Principal,
  waitId: string,
  { for: named = null, expiresAt = null }: LinkWish,
): Promise<{ id: string; url: string; expiresAt: string }> {
  return await answering(world, async () => {
    const wait = await waitNamed(world, who.orgId, waitId)
    const run = await getRun(world, who.orgId, wait.runId)
    if (!run) throw noRun()
    checkOpen(world, wait, run)
    const token = world.ids.secret(32)
    const row: LinkRow = {
      ...{ id: world.ids.uuid(), orgId: wait.orgId, runId: wait.runId, waitId, stepKey: wait.stepKey },
      ...{ for: named, ...(await standsFor(world, who, named)), tokenHash: digest(token) },
      expiresAt: endOf(world, wait, expiresAt),
      ...{ createdAt: instant(world.clock.now()), createdBy: who.actor },
    }
    checkMaking(JSON.parse(wait.question) as Question, who, run, row)
    if ((await listLinkRows(world, row)).length >= mostOfWait)
      throw new Fault('conflict', `A wait has at most ${mostOfWait} links`, {
        ...{ reason: 'limit_reached', limit: mostOfWait },
      })
    const { ok } = await transact(world, [...putLink(row), told(world, who, 'wait.linked', row)])
    if (!ok) throw new Error('The id of a new link was taken')
    return { id: row.id, url: `${world.settings.baseUrl}/w/${token}`, expiresAt: row.expiresAt }
  })
}

/** Revokes a link at once. @throws {Fault} `not_found` */
export async function revokeLink(world: World, who: Principal, waitId: string, id: string): Promise<void> {
  await answering(world, async () => {
    const { orgId, runId } = await waitNamed(world, who.orgId, waitId)
    const row = await getLink(world, { orgId, runId, waitId, id })
    if (row === null) throw noLink()
    const { ok } = await transact(world, [...dropLink(row), told(world, who, 'wait.unlinked', row)])
    if (!ok) throw noLink()
  })
}

function checkOpen({ clock }: World, wait: WaitRow, run: RunRow): void {
  if (wait.status === 'answered' || wait.status === 'claimed') throw alreadyAnswered(wait)
  if (wait.status === 'cancelled' || hasEnded(run)) throw runFinished(run)
  if (wait.status === 'expired' || clock.now() >= Date.parse(wait.expiresAt)) throw waitExpired(wait)
}

function endOf({ clock }: World, wait: WaitRow, wanted: string | null): string {
  if (wanted === null) return wait.expiresAt
  const at = Date.parse(wanted)
  if (at > clock.now() && at <= Date.parse(wait.expiresAt)) return instant(at)
  throw refused('/expiresAt', 'range', `expiresAt must lie ahead, and not after ${wait.expiresAt}`)
}

/** An account by its address or id votes once, whatever way it comes; a link that names nobody votes as its maker. */
async function standsFor(
  world: World,
  who: Principal,
  named: string | null,
): Promise<Pick<LinkRow, 'accountId' | 'voter'>> {
  if (named === null) return { accountId: null, voter: voterOf(who) }
  const account = (await findAccount(world, named)) ?? (await getAccount(world, who.orgId, named))
  const accountId = account?.orgId === who.orgId ? account.id : null
  return { accountId, voter: accountId ?? `for:${named.normalize('NFC').toLowerCase()}` }
}

/** A link never opens what it could not be answered by, nor to its own maker what he may not do himself. */
function checkMaking(question: Question, who: Principal, run: RunRow, row: LinkRow): void {
  const { approvers: _, ...apart } = question
  checkRight(apart as Question, who, run)
  const holder = linkHolder(row)
  checkVoter(question, row)
  checkRight(apart as Question, holder, run)
  try {
    checkRight(question, holder, run)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw refused('/for', 'not_an_approver', 'for must be one of the approvers of this step')
  }
}

/** Where several must approve, a vote that its maker has given himself a name for would be a second one of his. */
function checkVoter({ approvals, approvers }: Question, { accountId, for: named }: LinkRow): void {
  const { needed = 1 } = (approvals ?? {}) as { needed?: number }
  if (needed <= 1 || approvers !== undefined || named === null || accountId !== null) return
  throw refused(
    '/for',
    'no_account',
    'several must approve: for must be an account of the organisation, or the step must name its approvers',
  )
}

function told(world: World, who: Principal, action: string, { id, waitId, runId, orgId }: LinkRow): Write {
  const { actor, requestId, address } = who
  return audited(world, orgId, {
    ...{ actor, action, target: waitId, requestId, address },
    details: { runId, link: id },
  })
}

function refused(path: string, code: string, message: string): Fault {
  const details: FaultDetails = { issues: [{ path, code, message }] }
  return new Fault('validation_failed', 'The link cannot be like this', details)
}

function noLink(): Fault {
  return new Fault('not_found', 'There is no such link')
}
