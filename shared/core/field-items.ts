import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import type { Choice, StepType } from '../steps/define.ts'
import { findStep, stepTypes } from '../steps/index.ts'
import { paramNames } from '../steps/params-schema.ts'
import type { JsonObject, World } from '../world.ts'
import { definitionOf, definitionOfObject } from './definition-of.ts'
import {
  chooseAccounts,
  chooseFlows,
  chooseSecrets,
  chooseVersions,
  type FieldItem,
} from './field-choices.ts'
import { readState } from './flow-change.ts'
import type { Principal } from './principal.ts'
import { answering } from './refusal.ts'
import { returnUrlsOf } from './return-urls.ts'

/** Which field of which step choices are wanted for. */
export interface FieldQuestion {
  stepType: string
  /** A param of the step, or `secrets`, `next`, `names`. */
  field: string
  /** The params so far. */
  values?: JsonObject | undefined
  /** The flow whose draft the step stands in. */
  flowId?: string | undefined
  /** The draft as it stands in the editor; goes before the flow's. */
  definition?: string | JsonObject | undefined
  /** The step in the draft. @default one that is about to be added at the top level */
  stepId?: string | undefined
  /** Part of label or value, any case. */
  query?: string | undefined
  /** @default 50 */
  limit?: number | undefined
}

/** Fields that every step has besides its params. */
const common = ['secrets', 'next', 'names']

/**
 * The values that a field of a step may have, as far as they depend on the organisation or the draft; none for a field
 * whose values depend on neither (dashboard.md §6).
 *
 * @throws {Fault} `validation_failed` for a step type, field or step that does not exist, and for a definition that cannot
 *   be read; `not_found` for the flow.
 */
export async function listFieldItems(
  world: World,
  who: Principal,
  asked: FieldQuestion,
): Promise<{ items: FieldItem[]; hasMore: boolean }> {
  const { query = '', limit = 50 } = asked
  const step = stepOf(asked)
  const words = query.toLowerCase()
  const items = await answering(world, () => choose(world, who, step, { ...asked, query, limit }))
  const fitting = items.filter(({ label, value }) => `${label}\n${value}`.toLowerCase().includes(words))
  return { items: fitting.slice(0, limit), hasMore: fitting.length > limit }
}

function stepOf({ stepType, field }: FieldQuestion): StepType {
  const step = findStep(stepType)
  if (step === undefined) {
    const known = stepTypes.map(({ type }) => type).join(', ')
    throw refused('/stepType', 'unknown_type', `There is no such step type; known: ${known}`)
  }
  const fields = [...paramNames(step), ...common]
  if (!fields.includes(field))
    throw refused('/field', 'unknown_field', `${step.type} has no such field; known: ${fields.join(', ')}`)
  return step
}

type Asked = FieldQuestion & { query: string; limit: number }

async function choose(world: World, who: Principal, step: StepType, asked: Asked): Promise<FieldItem[]> {
  const choice = step.choices?.[asked.field]
  if (choice !== undefined) return await chosen[choice](world, who, asked, step)
  if (asked.field === 'secrets') return step.secrets ? await chooseSecrets(world, who) : []
  if (asked.field === 'names') return await chooseNames(world, who.orgId, step, asked)
  if (asked.field === 'next' && step.outcomesInParams) return chooseOutcomes(step, asked.values)
  if (asked.field === 'next') return await chooseNext(world, who.orgId, step, asked)
  return []
}

type Chooser = (world: World, who: Principal, asked: Asked, step: StepType) => Promise<FieldItem[]>

const chosen: Record<Choice, Chooser> = {
  flows: (world, { orgId }, asked) => chooseFlows(world, orgId, asked),
  versions: (world, { orgId }, { values = {} }) => chooseVersions(world, orgId, values),
  accounts: (world, who) => chooseAccounts(world, who),
  models: async ({ settings }) => settings.models.map((name) => plain(name)),
  'return-urls': async (world, { orgId }) => (await returnUrlsOf(world, orgId)).map((url) => plain(url)),
}

function plain(name: string, label = name, description: string | null = null): FieldItem {
  return { label, value: name, description }
}

const origins = { input: 'input', step: 'output of a step', loop: 'of the loop around', run: 'of the run' }

async function chooseNames(world: World, orgId: string, step: StepType, asked: Asked) {
  const graph = await draftOf(world, orgId, asked)
  const { namesAt, placeOf } = await import('../definitions/names-at.ts')
  const visit = placeOf(graph, step, asked.stepId)
  if (visit === undefined) throw noStep()
  return namesAt(graph, visit).map(({ name, label, from }) => plain(name, label, origins[from]))
}

/** The rows that `next` may have, where the params so far name them. */
function chooseOutcomes(step: StepType, params: JsonObject = {}): FieldItem[] {
  return [...new Set([...outcomesOfParams(step, params), 'default'])].map((name) => plain(name))
}

/** Of params that are not valid only what can be read. */
function outcomesOfParams(step: StepType, params: JsonObject): string[] {
  try {
    return step.outcomes(params)
  } catch {
    return []
  }
}

/** `next` stays within the body that a step stands in. */
async function chooseNext(world: World, orgId: string, step: StepType, asked: Asked) {
  if (step.kind === 'end') return []
  const { placeOf } = await import('../definitions/names-at.ts')
  const visit = placeOf(await draftOf(world, orgId, asked), step, asked.stepId)
  if (visit === undefined) throw noStep()
  return Object.values(visit.scope.nodes)
    .filter(({ id }) => id !== asked.stepId)
    .map(({ id, name, type }) => plain(id, name, type))
}

/** The draft as far as it can be read; an empty one if none is given. */
async function draftOf(world: World, orgId: string, { flowId, definition }: Asked): Promise<Graph> {
  const read = async () => {
    if (typeof definition === 'object') return await definitionOfObject(definition)
    if (definition !== undefined) return await definitionOf(definition)
    if (flowId !== undefined) return await definitionOf((await readState(world, orgId, flowId)).draft.text)
    return await definitionOfObject({ nodes: {} })
  }
  return (await read()).graph ?? ((await definitionOfObject({ nodes: {} })).graph as Graph)
}

function noStep(): Fault {
  return refused('/stepId', 'unknown_step', 'There is no such step in the draft')
}

function refused(path: string, code: string, message: string): Fault {
  return new Fault('validation_failed', message, { issues: [{ path, code, message }] })
}
