import * as z from 'zod'
import { deleteExecution } from '../../core/delete-execution.ts'
import { cancelExecution, readExecution } from '../../core/executions.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId } from '../shapes.ts'
import { executionReply, executionShape } from './execution-object.ts'
import { numbersIf } from './numbers-if.ts'

const none = z.strictObject({})

/** Seed 004: an execution as it stands. */
export const read = route({
  face: 'executions',
  method: 'GET',
  path: '/api/flow-executions/{id}',
  summary: 'Read a flow execution',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'execution' },
  params: byId,
  query: z.strictObject({ include_run_number: z.string().pipe(flag).optional() }),
  reply: { 200: executionShape },
  faults: [],
  async answer(world, { principal: { orgId }, params, query }) {
    const execution = await readExecution(world, orgId, params.id)
    const numbers = await numbersIf(query.include_run_number, world, orgId, [execution])
    const { run } = execution
    return {
      ...executionReply(execution, { orgId, runNumber: numbers.get(execution.id) }),
      // Runs that have one place after the other count their revisions anew.
      etag: `W/"${run.id}.${run.rev}"`,
    }
  },
})

/** Ours: what has the execution's place begins nothing any more. */
export const cancel = route({
  face: 'executions',
  method: 'POST',
  path: '/api/flow-executions/{id}/cancel',
  summary: 'Cancel a flow execution; nothing of it begins afterwards',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'execution' },
  params: byId,
  query: none,
  reply: { 200: executionShape },
  faults: ['run_finished'],
  async answer(world, { principal, params }) {
    return executionReply(await cancelExecution(world, principal, params.id), principal)
  },
})

export const remove = route({
  face: 'executions',
  method: 'DELETE',
  path: '/api/flow-executions/{id}',
  summary: 'Hide a flow execution; what runs goes on',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'execution' },
  params: byId,
  query: none,
  reply: { 204: z.undefined() },
  faults: [],
  async answer(world, { principal, params }) {
    await deleteExecution(world, principal, params.id)
    return { status: 204 }
  },
})
