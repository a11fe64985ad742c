import { Fault } from '../faults.ts'
import type { Question } from '../steps/define.ts'
import { getRun } from '../store/runs.ts'
import { findWaitRow, listOpenWaits, type WaitPlace } from '../store/wait-lists.ts'
import { listWaits, type WaitRow, type WaitStatus } from '../store/waits.ts'
import type { World } from '../world.ts'
import { checkRight } from './answer-right.ts'
import type { Principal } from './principal.ts'
import { answering } from './refusal.ts'
import { viewWait, type WaitView } from './run-view.ts'

/** Which waits are wanted; all that is given must fit. */
export interface WaitQuery {
  /** Closed waits are listed run by run: without a run only `open` (the default). */
  status?: WaitStatus | undefined
  kind?: string | undefined
  flowId?: string | undefined
  runId?: string | undefined
  stepId?: string | undefined
  /** Only those that the caller may answer. */
  mine?: boolean | undefined
  limit: number
  /** `nextPlace` of the page before. */
  after?: WaitPlace | undefined
}

/**
 * Waits of the organisation, soonest end first; of one run, oldest first.
 *
 * @throws {Fault} `invalid_request` for closed waits without a run.
 */
export async function listWaitsFor(
  world: World,
  who: Principal,
  query: WaitQuery,
): Promise<{ waits: WaitView[]; nextPlace: WaitPlace | null }> {
  return await answering(world, async () => {
    const { runId, status = 'open', limit } = query
    if (runId !== undefined) return { waits: await ofRun(world, who, runId, query), nextPlace: null }
    if (status !== 'open') throw needsRun()
    const waits: WaitView[] = []
    let last: WaitPlace | null = null
    for await (const { row, place } of listOpenWaits(world, who.orgId, query.after)) {
      if (!(await fits(world, who, row, query))) continue
      if (waits.length === limit) return { waits, nextPlace: last }
      waits.push(viewWait(row))
      last = place
    }
    return { waits, nextPlace: null }
  })
}

/** A run that stands at more questions than a page takes is read with its own list of steps. */
async function ofRun(world: World, who: Principal, runId: string, query: WaitQuery): Promise<WaitView[]> {
  const waits: WaitView[] = []
  for (const row of await listWaits(world, who.orgId, runId)) {
    if (waits.length === query.limit) break
    if (await fits(world, who, row, query)) waits.push(viewWait(row))
  }
  return waits
}

function needsRun(): Fault {
  return new Fault('invalid_request', 'Closed waits are listed run by run', {
    issues: [{ path: '?runId', code: 'required', message: 'give the runId, or leave status out' }],
  })
}

async function fits(
  world: World,
  who: Principal,
  row: WaitRow,
  { status = 'open', kind, flowId, stepId, mine = false }: WaitQuery,
): Promise<boolean> {
  if (row.status !== status) return false
  if (kind !== undefined && row.kind !== kind) return false
  if (flowId !== undefined && row.flowId !== flowId) return false
  if (stepId !== undefined && row.stepId !== stepId) return false
  return !mine || (await mayAnswer(world, who, row))
}

async function mayAnswer(world: World, who: Principal, row: WaitRow): Promise<boolean> {
  const run = await getRun(world, row.orgId, row.runId)
  if (!run) return false
  try {
    checkRight(JSON.parse(row.question) as Question, who, run)
    return true
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** One wait, strongly consistent. @throws {Fault} `not_found` */
export async function readWait(world: World, orgId: string, id: string): Promise<WaitView> {
  return await answering(world, async () => viewWait(await waitNamed(world, orgId, id)))
}

/** The wait's row. @throws {Fault} `not_found` */
export async function waitNamed(world: World, orgId: string, id: string): Promise<WaitRow> {
  const row = await findWaitRow(world, orgId, id)
  if (row === null) throw new Fault('not_found', 'There is no such wait')
  return row
}
