import type { RunRow } from '../store/runs.ts'

/** What the machine is given: the same text each time, so that a repeated start is the same start. */
export function executionInput(row: RunRow, inputs: string): string {
  const run = {
    id: row.id,
    orgId: row.orgId,
    flowId: row.flowId,
    version: row.version,
    depth: row.depth,
    startedAt: row.createdAt,
    ...(row.rerunOf === undefined ? {} : { rerunOf: row.rerunOf }),
  }
  const trigger = `{"type":${JSON.stringify(row.trigger)},"data":${row.triggerData ?? 'null'}}`
  return `{"run":${JSON.stringify(run)},"inputs":${inputs},"trigger":${trigger},"user":${row.user}}`
}
