import { instant } from '../aws/clock.ts'
import { checkInputs } from '../definitions/inputs.ts'
import { Fault, type Issue } from '../faults.ts'
import type { ScheduleRow } from '../store/schedules.ts'
import type { JsonObject, World } from '../world.ts'
import { isTimezone } from './timetable/fires.ts'
import { schedulerExpressions } from './timetable/scheduler-expressions.ts'
import { resolveVersion } from './versions.ts'

/** What an author says of a schedule; the rest has defaults (dashboard.md §9). */
export interface ScheduleWish {
  name?: string | undefined
  cron: string
  data?: JsonObject | undefined
  timezone?: string | undefined
  version?: number | 'latest' | undefined
  active?: boolean | undefined
  pauseReason?: string | null | undefined
  overlap?: ScheduleRow['overlap'] | undefined
  missed?: ScheduleRow['missed'] | undefined
  missedWindowSeconds?: number | undefined
  startAt?: string | null | undefined
  endAt?: string | null | undefined
}

const dataLimitBytes = 64 * 1024

/**
 * The row that a wish makes, checked against the version as it is now.
 *
 * @throws {Fault} `validation_failed` with every issue; `version_not_published`; `conflict` reason `trigger_not_enabled`;
 *   `not_found`.
 */
export async function wishedRow(
  world: World,
  { orgId, actor }: { orgId: string; actor: string },
  flowId: string,
  wish: ScheduleWish,
): Promise<ScheduleRow> {
  const { data = {}, timezone = 'UTC', version = 'latest', startAt = null, endAt = null } = wish
  const issues = [...cronIssues(wish.cron), ...timeIssues({ timezone, startAt, endAt }), ...dataIssues(data)]
  const { graph } = await resolveVersion(world, orgId, flowId, version)
  if (!graph.triggers.some(({ type }) => type === 'schedule'))
    throw new Fault('conflict', 'The flow has no schedule trigger', { reason: 'trigger_not_enabled' })
  const inputs = (data.inputs ?? {}) as JsonObject
  for (const issue of checkInputs(graph.inputs, inputs).issues)
    issues.push({ ...issue, path: `/data/inputs${issue.path}` })
  if (issues.length > 0)
    throw new Fault('validation_failed', 'The schedule cannot be made like this', { issues })
  const now = instant(world.clock.now())
  return {
    ...{ id: world.ids.uuid(), orgId, flowId, name: wish.name ?? 'default', rev: 1 },
    ...{ cron: wish.cron.trim(), timezone, data: JSON.stringify(data), version, startAt, endAt },
    active: wish.active ?? true,
    pauseReason: wish.active === false ? (wish.pauseReason ?? null) : null,
    overlap: wish.overlap ?? 'skip',
    missed: wish.missed ?? 'last',
    missedWindowSeconds: wish.missedWindowSeconds ?? 3600,
    ...{ createdAt: now, updatedAt: now, updatedBy: actor },
    ...{ lastRunAt: null, lastRunId: null, lastResult: null, firedUntil: null },
  }
}

function cronIssues(cron: string): Issue[] {
  try {
    schedulerExpressions(cron)
    return []
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.details.issues ?? []
  }
}

function timeIssues({
  timezone,
  startAt,
  endAt,
}: Pick<ScheduleRow, 'timezone' | 'startAt' | 'endAt'>): Issue[] {
  const unknown: Issue = {
    path: '/timezone',
    code: 'timezone',
    message: `${timezone} is no known zone: give an IANA name, e.g. Europe/Berlin`,
  }
  const backwards: Issue = { path: '/endAt', code: 'order', message: 'endAt must be after startAt' }
  return [
    ...(isTimezone(timezone) ? [] : [unknown]),
    ...(startAt !== null && endAt !== null && endAt <= startAt ? [backwards] : []),
  ]
}

function dataIssues(data: JsonObject): Issue[] {
  const { inputs = {} } = data
  const wrong: Issue = {
    path: '/data/inputs',
    code: 'invalid_type',
    message: 'data.inputs must be an object',
  }
  const large: Issue = { path: '/data', code: 'too_big', message: 'data has at most 64 KiB of JSON' }
  return [
    ...(typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs) ? [] : [wrong]),
    ...(Buffer.byteLength(JSON.stringify(data)) > dataLimitBytes ? [large] : []),
  ]
}
