import { instant } from '../aws/clock.ts'
import { putFlowLine } from '../store/flow-lines.ts'
import type { ScheduleRow } from '../store/schedules.ts'
import type { VersionRow } from '../store/versions.ts'
import type { JsonObject, LogLevel, World } from '../world.ts'

/** A changed row of a flow before and after. */
export type FlowChange =
  | { of: 'version'; before: VersionRow | null; after: VersionRow }
  | { of: 'schedule'; before: ScheduleRow | null; after: ScheduleRow }

interface Line {
  at: string
  level: LogLevel
  message: string
  data: JsonObject
}

/**
 * Writes the line that a change of a version or a schedule leaves in its flow's log (dashboard.md §9).
 *
 * @param sequence number of the change: delivered again it is the same line.
 */
export async function tellFlowLine(
  world: World,
  { orgId, flowId }: { orgId: string; flowId: string },
  sequence: string,
  change: FlowChange,
): Promise<void> {
  const line =
    change.of === 'version'
      ? versionLine(change.before, change.after)
      : firingLine(change.before, change.after, instant(world.clock.now()))
  if (line === null) return
  const { at, ...data } = line
  await putFlowLine(world, orgId, flowId, sequence, { at, data })
}

function versionLine(before: VersionRow | null, after: VersionRow): Line | null {
  const { version, status } = after
  if (before?.status === status) return null
  const data = { version }
  if (status === 'unpublished')
    return {
      at: after.unpublishedAt ?? after.createdAt,
      level: 'warn',
      message: `Version ${version} unpublished`,
      data,
    }
  const from = before === null ? after.sourceVersion : null
  if (from !== null)
    return {
      ...{ at: after.createdAt, level: 'warn', data: { ...data, sourceVersion: from } },
      message: `Rolled back to version ${from}, as version ${version}`,
    }
  return {
    at: after.publishedAt ?? after.createdAt,
    level: 'info',
    message: `Version ${version} published`,
    data,
  }
}

const levels: Record<string, LogLevel> = { started: 'info', skipped: 'warn', missed: 'warn', failed: 'error' }

function firingLine(before: ScheduleRow | null, after: ScheduleRow, at: string): Line | null {
  const { lastResult: result, firedUntil, name } = after
  if (result === null || before === null || before.firedUntil === firedUntil) return null
  const { scheduledAt, outcome, reason } = result
  const why = reason === null ? '' : `: ${reason}`
  return {
    at,
    level: levels[outcome] ?? 'warn',
    message: `Schedule ${name} ${outcome}${why}`,
    data: {
      ...{ schedule: name, scheduledAt, outcome, reason },
      ...(outcome === 'started' ? { runId: after.lastRunId } : {}),
    },
  }
}
