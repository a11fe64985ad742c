import * as z from 'zod'
import { type ExecutionView, executionWords } from '../../core/execution-view.ts'
import type { Reply } from '../../http/route.ts'
import { waitEntry, waitingEntriesShape, waitingShape, waitObject } from '../runner/execution-object.ts'
import { instant, jsonObject, uuid } from '../shapes.ts'

const members = {
  id: uuid,
  flow_id: uuid,
  flow_version: z.int().nullable(),
  input: jsonObject,
  organization_id: uuid,
  status: z.enum(executionWords),
  created_at: instant,
  updated_at: instant,
  modified_by: z.string(),
  run_number: z.int().nullable(),
  error: z.strictObject({ code: z.string(), message: z.string(), step_id: z.string().nullable() }).optional(),
}

/** An execution as seed 004 prints it (headless-runner-executions.md 3.1). */
export const executionShape = z.strictObject({ ...members, ...waitingShape })

/** The same in a list: a large input is named, and a wait does not tell its question. */
export const executionEntryShape = z.strictObject({ ...members, ...waitingEntriesShape })

/** What the view does not know: whose it is, and the number if it was asked for. */
interface About {
  orgId: string
  runNumber?: number | undefined
}

/** An execution, in the order of the seed. */
export function executionObject(execution: ExecutionView, about: About): Record<string, unknown> {
  return { ...membersOf(execution, about), ...waiting(execution.waits.map(waitObject)) }
}

/** An execution as a row of the list. */
export function executionEntry(execution: ExecutionView, about: About): Record<string, unknown> {
  return { ...membersOf(execution, about), ...waiting(execution.waits.map(waitEntry)) }
}

/** Where an execution is read. */
export function pathTo({ id }: Pick<ExecutionView, 'id'>): string {
  return `/api/flow-executions/${id}`
}

/** The reply that shows an execution; its headers tell of the run that has its place. */
export function executionReply(execution: ExecutionView, about: About): Reply {
  const { run } = execution
  return {
    body: executionObject(execution, about),
    run: { id: run.id, status: run.status, version: run.version },
  }
}

function membersOf(execution: ExecutionView, { orgId, runNumber }: About): Record<string, unknown> {
  const { id, flowId, version, inputs, status, createdAt, updatedAt, modifiedBy, error } = execution
  return {
    id,
    flow_id: flowId,
    flow_version: version,
    input: inputs ?? { $ref: pathTo(execution) },
    organization_id: orgId,
    status,
    created_at: createdAt,
    updated_at: updatedAt,
    // People are told by their account.
    modified_by: modifiedBy.replace(/^user:/, ''),
    run_number: runNumber ?? null,
    ...(error === null ? {} : { error: { code: error.code, message: error.message, step_id: error.stepId } }),
  }
}

function waiting(waits: Record<string, unknown>[]): Record<string, unknown> {
  return waits.length === 0 ? {} : { waiting: waits }
}
