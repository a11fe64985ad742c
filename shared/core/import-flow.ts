import { isTransient } from '../aws/transient.ts'
import { eachPlaceholder, type Placeholder, withoutPlaceholders } from '../definitions/placeholders.ts'
import type { Problem } from '../definitions/problem.ts'
import { Fault } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import { dropDraft } from '../store/dropped-drafts.ts'
import { getFlows, putDraft, putFlow } from '../store/flows.ts'
import { transact } from '../store/transact.ts'
import type { JsonObject, World } from '../world.ts'
import { type FlowState, newState, noted } from './flow-change.ts'
import { type FlowView, viewFlow } from './flow-view.ts'
import { type Incoming, type IncomingFlow, placed, readIncoming, refused } from './import-document.ts'
import { type ImportWarning, importWarnings } from './import-warnings.ts'
import type { Principal } from './principal.ts'
import { answering } from './refusal.ts'

/** What an import made, or would make. */
export interface Imported {
  flow: FlowView
  /** Those that came in its bundle. */
  flows: FlowView[]
  warnings: ImportWarning[]
  /** Of all flows; those of the bundle with pointers that begin at `/flows/<n>/flow/definition`. */
  problems: Problem[]
  isStored: boolean
}

/** Most problems that are told at once. */
const mostProblems = 1000

/**
 * Makes new flows of an export or of a definition: with new ids, unpublished, without anything that starts them. Nothing is
 * evaluated or called. All flows of a bundle appear at once, or none.
 *
 * @throws {Fault} `validation_failed`: not a known form, a format of a later release, a text that cannot be read, a flow in
 *   `flows` that is not there.
 */
export async function importFlow(
  world: World,
  author: Principal,
  sent: string | JsonObject,
): Promise<Imported> {
  return await answering(world, async () => {
    const incoming = readIncoming(sent)
    await checkKnown(world, author.orgId, incoming)
    const ids = incoming.flows.map(() => world.ids.uuid())
    const idOf = namesOf(incoming, ids)
    const states: FlowState[] = []
    for (const [index, flow] of incoming.flows.entries())
      states.push(await stateOf(world, author, flow, ids[index] as string, idOf, incoming))
    const warnings = await importWarnings(world, author, incoming, (ref) => idOf({ kind: 'flow', ref }))
    if (!incoming.dryRun) await putAll(world, author, states)
    const [flow, ...flows] = await Promise.all(states.map((state) => viewFlow(world, state)))
    const problems = problemsOf(flow as FlowView, flows)
    return { flow: flow as FlowView, flows, warnings, problems, isStored: !incoming.dryRun }
  })
}

/** A name means what the caller says, else what came along. */
function namesOf({ flows, known }: Incoming, ids: string[]): (found: Placeholder) => string | undefined {
  const along = new Map(flows.map(({ ref }, index) => [ref, ids[index]]))
  return ({ kind, ref }) => {
    if (kind !== 'flow') return undefined
    return Object.hasOwn(known, ref) ? known[ref] : along.get(ref)
  }
}

async function checkKnown(world: World, orgId: string, { known, flows, requires }: Incoming): Promise<void> {
  const named = new Set(requires.flows.map(({ ref }) => ref))
  for (const { ref, document } of flows) {
    if (ref !== null) named.add(ref)
    eachPlaceholder(document, (found) => void (found.kind === 'flow' && named.add(found.ref)))
  }
  const there = new Set(
    (await getFlows(world, orgId, [...new Set(Object.values(known))])).map(({ id }) => id),
  )
  const issues = Object.entries(known).flatMap(([ref, id]) => {
    const path = `/flows${pointerOf([ref])}`
    if (!named.has(ref)) return [{ path, code: 'unknown_name', message: `The document names no flow ${ref}` }]
    return there.has(id) ? [] : [{ path, code: 'unknown_flow', message: 'There is no such flow' }]
  })
  if (issues.length > 0) throw refused(issues)
}

async function stateOf(
  world: World,
  author: Principal,
  flow: IncomingFlow,
  id: string,
  idOf: (found: Placeholder) => string | undefined,
  { flows, name }: Incoming,
): Promise<FlowState> {
  const isFirst = flow === flows[0]
  const { description, tags, document } = flow
  let met = false
  eachPlaceholder(document, (found) => {
    met ||= idOf(found) !== undefined
  })
  // A text stays as it was written unless something in it has to change.
  const definition = met ? (withoutPlaceholders(document, idOf) as JsonObject) : flow.definition
  const called = isFirst && name !== undefined ? name : flow.name
  try {
    return await newState(world, author, { name: called, description, tags, definition }, id)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw placed(error, {
      '/definition': flow.definitionPath,
      '/name': namePath(flow, isFirst && name !== undefined),
      '/description': `${flow.path}/description`,
      '/tags': `${flow.path}/tags`,
    })
  }
}

function namePath({ name, path }: IncomingFlow, isGiven: boolean): string {
  if (isGiven || (name === undefined && path !== '')) return '/name'
  return name === undefined ? '/metadata/name' : `${path}/name`
}

/**
 * Drafts go first: without their flows nobody sees them. Then all flows appear in one transaction, each with its entry in
 * the audit trail; if that is refused, the drafts are taken away again.
 */
async function putAll(world: World, author: Principal, states: FlowState[]): Promise<void> {
  const { orgId } = author
  const flows = states.flatMap(({ flow }) => [
    putFlow(flow, null),
    noted(world, author, 'flow.created', flow.id, { by: 'import' }),
  ])
  const [first, ...others] = states.map(({ flow, draft }) => putDraft(orgId, flow.id, draft))
  if (first !== undefined && others.length === 0) return void (await transact(world, [...flows, first]))
  try {
    for (const { flow, draft } of states) await transact(world, [putDraft(orgId, flow.id, draft)])
    if (!(await transact(world, flows)).ok) throw new Error('A new flow was there already')
  } catch (error) {
    // Whether a call whose reply was lost did its work is not known: then the drafts stay, unseen unless it did.
    if (!isTransient(error)) await dropDrafts(world, author, states)
    throw error
  }
}

async function dropDrafts(world: World, { orgId }: Principal, states: FlowState[]): Promise<void> {
  for (const { flow } of states) await transact(world, [dropDraft(orgId, flow.id)])
}

function problemsOf({ problems }: FlowView, along: FlowView[]): Problem[] {
  const others = along.flatMap((flow, index) =>
    flow.problems.map((problem) => ({
      ...problem,
      path: `/flows/${index}/flow/definition${problem.path}`,
    })),
  )
  return [...problems, ...others].slice(0, mostProblems)
}
