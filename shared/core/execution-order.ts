import { getRuns, isDeleted } from '../store/executions.ts'
import { type FlowRunLine, listRunDays } from '../store/run-lists.ts'
import type { World } from '../world.ts'
import { type ExecutionWord, executionWord } from './execution-view.ts'

/** An execution as far as its place in a list goes. */
export interface ExecutionLine {
  id: string
  createdAt: string
  updatedAt: string
  status: ExecutionWord
  deleted: boolean
}

/** In which order executions are listed. */
export interface ExecutionSort {
  by: 'createdAt' | 'updatedAt'
  ascending: boolean
}

/** How many executions are read at a time. */
const batchSize = 100
/** So many of the newest are sorted by their last change; the others by when they were made. */
const sortedByUpdate = 1000

/** Every execution of a flow in the order of a list, deleted ones too. The index is a moment behind the rows. */
export function executionsInOrder(
  world: World,
  orgId: string,
  flowId: string,
  { by, ascending }: ExecutionSort,
): AsyncGenerator<ExecutionLine> {
  if (by === 'createdAt') return executionsOf(world, orgId, flowId, ascending)
  return ascending ? byUpdateAscending(world, orgId, flowId) : byUpdate(world, orgId, flowId)
}

async function* byUpdate(world: World, orgId: string, flowId: string): AsyncGenerator<ExecutionLine> {
  const all = executionsOf(world, orgId, flowId, false)
  yield* await newestByUpdate(all)
  yield* all
}

/** The other way round: first those that are sorted by when they were made. */
async function* byUpdateAscending(
  world: World,
  orgId: string,
  flowId: string,
): AsyncGenerator<ExecutionLine> {
  const newest = await newestByUpdate(executionsOf(world, orgId, flowId, false))
  const ids = new Set(newest.map(({ id }) => id))
  if (newest.length === sortedByUpdate)
    for await (const line of executionsOf(world, orgId, flowId, true)) if (!ids.has(line.id)) yield line
  yield* newest.reverse()
}

/** Takes the newest executions off the walk, which then goes on behind them. */
async function newestByUpdate(walk: AsyncGenerator<ExecutionLine>): Promise<ExecutionLine[]> {
  const newest: ExecutionLine[] = []
  while (newest.length < sortedByUpdate) {
    const { value, done } = await walk.next()
    if (done) break
    newest.push(value)
  }
  const keyOf = ({ updatedAt, id }: ExecutionLine) => `${updatedAt}#${id}`
  return newest.sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
}

async function* executionsOf(
  world: World,
  orgId: string,
  flowId: string,
  oldestFirst: boolean,
): AsyncGenerator<ExecutionLine> {
  let heads: FlowRunLine[] = []
  for await (const line of listRunDays(world, orgId, flowId, oldestFirst)) {
    if (line.headId !== undefined) continue
    heads.push(line)
    if (heads.length < batchSize) continue
    yield* await linesOf(world, orgId, heads)
    heads = []
  }
  yield* await linesOf(world, orgId, heads)
}

async function linesOf(world: World, orgId: string, heads: FlowRunLine[]): Promise<ExecutionLine[]> {
  const replaced = heads.flatMap(({ currentRunId }) => currentRunId ?? [])
  const current = replaced.length === 0 ? new Map() : await getRuns(world, orgId, replaced)
  return heads.map((head) => {
    const run = current.get(head.currentRunId ?? '') ?? head
    return {
      id: head.id,
      createdAt: head.sortKey.slice(0, head.sortKey.indexOf('#')),
      updatedAt: run.updatedAt,
      status: executionWord(run),
      deleted: isDeleted(head),
    }
  })
}
