import * as z from 'zod'
import { listExecutions } from '../../core/execution-list.ts'
import { executionWords } from '../../core/execution-view.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { noParams, uuid } from '../shapes.ts'
import { executionEntry, executionEntryShape } from './execution-object.ts'
import { numbersIf } from './numbers-if.ts'
import { pageQuery, partOf, totals } from './pages.ts'

const status = z.enum(executionWords)
/** Given twice it is no word at all. */
const word = <const W extends readonly string[]>(words: W) => z.string().pipe(z.enum(words))

const query = z.strictObject({
  flow_id: uuid,
  status: z.union([status, z.array(status)]).optional(),
  sort_field: word(['created_at', 'updated_at']).optional(),
  sort_direction: word(['asc', 'desc']).optional(),
  ...pageQuery,
  start_from_execution_id: uuid.optional(),
  include_run_number: z.string().pipe(flag).optional(),
})

/** Seed 004: the executions of a flow, whatever started them, as a bare array. */
export const list = route({
  face: 'executions',
  method: 'GET',
  path: '/api/flow-executions',
  summary: 'List the executions of a flow',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query,
  reply: { 200: z.array(executionEntryShape) },
  faults: [],
  async answer(world, { principal: { orgId }, query, path }) {
    const part = partOf(query)
    const found = await listExecutions(world, orgId, {
      flowId: query.flow_id,
      statuses: query.status === undefined ? undefined : [query.status].flat(),
      sort: {
        by: query.sort_field === 'created_at' ? 'createdAt' : 'updatedAt',
        ascending: query.sort_direction === 'asc',
      },
      offset: part.offset,
      limit: part.limit,
      after: query.start_from_execution_id,
    })
    const numbers = await numbersIf(query.include_run_number, world, orgId, found.executions)
    return {
      body: found.executions.map((one) => executionEntry(one, { orgId, runNumber: numbers.get(one.id) })),
      headers: totals(path, query, part, found),
    }
  },
})
