import { type AuditRow, auditMonth, monthOf } from '../store/audit.ts'
import type { JsonObject, World } from '../world.ts'
import { need, type Principal } from './principal.ts'
import { answering } from './refusal.ts'

/** An entry of the audit trail (conventions.md §9). */
export interface AuditView {
  id: string
  at: string
  actor: string
  action: string
  target: string
  requestId: string | null
  address: string | null
  details: JsonObject
}

/** Which entries are wanted; all that is given must fit. */
export interface AuditQuery {
  actor?: string | undefined
  /** The whole word, or the part before its dot, e.g. `session`. */
  action?: string | undefined
  target?: string | undefined
  /** At or after this instant, and before that one. */
  from?: string | undefined
  to?: string | undefined
  limit: number
  /** `id` of the last entry that the page before has looked at. */
  after?: string | undefined
}

/** How long entries are kept. */
const keptMs = 400 * 86_400_000

/** Entries that one page looks through. What is wanted may be rare, and nobody waits for minutes. */
const mostRead = 10_000

/**
 * What was done in the organisation, newest first. A page that has looked long has fewer entries than were asked for, and
 * the next goes on from there.
 *
 * @throws {Fault} `forbidden`
 */
export async function listAuditTrail(
  world: World,
  who: Principal,
  query: AuditQuery,
): Promise<{ entries: AuditView[]; next: string | null }> {
  need(who, 'accounts:admin')
  return await answering(world, async () => {
    const now = world.clock.now()
    const from = Math.max(query.from === undefined ? 0 : Date.parse(query.from), now - keptMs)
    const until = query.to === undefined ? now : Math.min(Date.parse(query.to), now)
    const entries: AuditView[] = []
    let read = 0
    for (const month of monthsBack(until, from))
      for await (const row of auditMonth(world, who.orgId, month, query.after)) {
        read++
        const isWanted = fits(row, query)
        if (isWanted && entries.length === query.limit) return { entries, next: entries.at(-1)?.id ?? null }
        if (isWanted) entries.push(viewOf(row))
        if (read === mostRead) return { entries, next: row.id }
      }
    return { entries, next: null }
  })
}

/** `yyyymm` of each month from the later instant back to the earlier one. */
function monthsBack(until: number, from: number): string[] {
  const months: string[] = []
  const at = new Date(until)
  at.setUTCDate(1)
  for (; ; at.setUTCMonth(at.getUTCMonth() - 1)) {
    const month = monthOf(at.toISOString())
    if (month < monthOf(new Date(from).toISOString())) return months
    months.push(month)
  }
}

function fits(row: AuditRow, { actor, action, target, from, to }: AuditQuery): boolean {
  if (actor !== undefined && row.actor !== actor) return false
  if (action !== undefined && row.action !== action && !row.action.startsWith(`${action}.`)) return false
  if (target !== undefined && row.target !== target) return false
  if (from !== undefined && row.at < from) return false
  return to === undefined || row.at < to
}

function viewOf({ id, at, actor, action, target, requestId, address, details }: AuditRow): AuditView {
  return { id, at, actor, action, target, requestId, address, details: JSON.parse(details) as JsonObject }
}
