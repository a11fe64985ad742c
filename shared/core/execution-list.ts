import { Fault } from '../faults.ts'
import { getRuns } from '../store/executions.ts'
import { getRun } from '../store/runs.ts'
import type { World } from '../world.ts'
import { type ExecutionLine, type ExecutionSort, executionsInOrder } from './execution-order.ts'
import { type ExecutionView, type ExecutionWord, viewExecution } from './execution-view.ts'
import { answering } from './refusal.ts'
import { viewRun } from './run-view.ts'

/** Which executions of a flow are listed. */
export interface ExecutionQuery {
  flowId: string
  /** Any of these. @default all */
  statuses?: readonly ExecutionWord[] | undefined
  sort: ExecutionSort
  offset: number
  limit: number
  /** Begin just after this execution, whether it fits or not. */
  after?: string | undefined
}

/** A part of a list. */
export interface ExecutionPage {
  executions: ExecutionView[]
  /** How many fit, up to 10,000. */
  total: number
  totalCapped: boolean
  /** Whether others follow. */
  more: boolean
}

const mostCounted = 10_000
/** Larger inputs are left out of a list, in bytes of JSON. */
const listedInputs = 4096

/**
 * Executions of a flow, deleted ones left out.
 *
 * @throws {Fault} `invalid_request` if `after` is no execution of the flow.
 */
export async function listExecutions(
  world: World,
  orgId: string,
  query: ExecutionQuery,
): Promise<ExecutionPage> {
  return await answering(world, async () => {
    if (query.after !== undefined) await checkAfter(world, orgId, query.flowId, query.after)
    const { lines, ...counted } = await findLines(world, orgId, query)
    return { ...counted, executions: await viewLines(world, orgId, lines) }
  })
}

async function checkAfter(world: World, orgId: string, flowId: string, after: string): Promise<void> {
  const row = await getRun(world, orgId, after)
  if (row?.flowId === flowId && row.headId === undefined) return
  throw new Fault('invalid_request', 'There is no such execution to start from', {
    issues: [
      {
        path: '?start_from_execution_id',
        code: 'not_allowed',
        message: 'give the id of an execution of this flow',
      },
    ],
  })
}

/** The lines of the page, and how many there are in all: the walk ends when both are known. */
async function findLines(
  world: World,
  orgId: string,
  { flowId, statuses, sort, offset, limit, after }: ExecutionQuery,
): Promise<Omit<ExecutionPage, 'executions'> & { lines: ExecutionLine[] }> {
  const lines: ExecutionLine[] = []
  let total = 0
  let totalCapped = false
  let left = offset
  let passed = after === undefined
  for await (const line of executionsInOrder(world, orgId, flowId, sort)) {
    if (!line.deleted && (statuses === undefined || statuses.includes(line.status))) {
      totalCapped ||= total === mostCounted
      if (!totalCapped) total++
      if (passed && left > 0) left--
      else if (passed && lines.length <= limit) lines.push(line)
    }
    passed ||= line.id === after
    if (totalCapped && lines.length > limit) break
  }
  return { lines: lines.slice(0, limit), total, totalCapped, more: lines.length > limit }
}

async function viewLines(world: World, orgId: string, lines: ExecutionLine[]): Promise<ExecutionView[]> {
  const heads = await getRuns(
    world,
    orgId,
    lines.map(({ id }) => id),
  )
  const moved = [...heads.values()].flatMap(({ currentRunId }) => currentRunId ?? [])
  const current = await getRuns(world, orgId, moved)
  const views = lines.map(async ({ id }) => {
    const head = heads.get(id)
    const run = head && (head.currentRunId === undefined ? head : current.get(head.currentRunId))
    if (!head || !run) return []
    const view = viewExecution(head, await viewRun(world, run))
    return [run.inputs === undefined || isLarge(view.inputs) ? { ...view, inputs: null } : view]
  })
  return (await Promise.all(views)).flat()
}

function isLarge(inputs: ExecutionView['inputs']): boolean {
  return Buffer.byteLength(JSON.stringify(inputs)) > listedInputs
}
