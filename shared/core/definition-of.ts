import { hash } from 'node:crypto'
import type { Kinds } from '../compile/kind.ts'
import type { Graph } from '../definitions/graph.ts'
import { type Problem, publishable } from '../definitions/problem.ts'
import type { Definition } from '../definitions/read.ts'
import { Fault } from '../faults.ts'
import { getFlows } from '../store/flows.ts'
import type { JsonObject, World } from '../world.ts'
import { Recent } from './recent.ts'
import { returnUrlsOf } from './return-urls.ts'

// Dialects, checks and compiler are read from disk by the first who needs them, not by every function that wakes.
const textReader = () => import('./read-text.ts')
const reader = () => import('../definitions/read.ts')

/** Texts that this process has read, up to so many characters. */
const read = new Recent<Definition>(8_000_000)

/**
 * What a stored text reads as, and every problem that can be seen without looking at other flows. The same text is read
 * once in the life of a function; nobody may change what is returned.
 */
export async function definitionOf(text: string): Promise<Definition> {
  const hash = hashOf(text)
  const known = read.get(hash)
  if (known) return known
  const definition = (await textReader()).readText(text)
  read.set(hash, definition, text.length)
  return definition
}

/** The graph of a text that was publishable when it was stored. */
export async function graphOf(text: string): Promise<Graph> {
  const { graph } = await definitionOf(text)
  if (graph === null) throw new Error('A published text can no longer be read')
  return graph
}

/** What a document that came as an object reads as. */
export async function definitionOfObject(document: JsonObject): Promise<Definition> {
  return (await reader()).readDefinition(document)
}

/** Which machines the graphs that were read may run on. */
const kinds = new WeakMap<Graph, Kinds>()

/** Which machines a graph may run on: found out once, since nobody changes a graph. */
export async function kindsOf(graph: Graph): Promise<Kinds> {
  const known = kinds.get(graph)
  if (known) return known
  const found = (await import('../compile/kind.ts')).machineKinds(graph)
  kinds.set(graph, found)
  return found
}

/** sha256 of a text as hex. */
export function hashOf(text: string): string {
  return hash('sha256', text)
}

/** The same with sub-flows and return addresses looked for in the organisation. A flow may call itself. */
export async function checkedDefinition(
  world: World,
  { orgId, flowId }: { orgId: string; flowId: string },
  text: string,
): Promise<Definition> {
  const alone = await definitionOf(text)
  if (alone.graph === null) return alone
  const { subflows } = await import('../definitions/subflows.ts')
  const { returnUrls } = await import('../definitions/return-urls.ts')
  const called = subflows(alone.graph).filter((id) => id !== flowId)
  const backs = returnUrls(alone.graph)
  const there = called.length === 0 ? new Set() : await publishedOf(world, orgId, called)
  const registered = backs.length === 0 ? new Set() : new Set(await returnUrlsOf(world, orgId))
  if (called.every((id) => there.has(id)) && backs.every((url) => registered.has(url))) return alone
  return (await reader()).readDefinition(text, {
    flowExists: (id) => id === flowId || there.has(id),
    isRegistered: (url) => registered.has(url),
  })
}

async function publishedOf(world: World, orgId: string, flows: string[]): Promise<Set<string>> {
  const found = await getFlows(world, orgId, flows)
  return new Set(found.filter(({ latestVersion }) => latestVersion !== null).map(({ id }) => id))
}

/**
 * A text that is to run.
 *
 * @throws {Fault} `validation_failed` with every error.
 */
export async function runnableDefinition(
  world: World,
  owner: { orgId: string; flowId: string },
  text: string,
): Promise<{ graph: Graph; warnings: Problem[] }> {
  const { graph, problems } = await checkedDefinition(world, owner, text)
  if (graph !== null && publishable(problems)) return { graph, warnings: problems }
  const issues = problems.filter(({ severity }) => severity === 'error')
  const count = issues.length === 1 ? 'an error' : `${issues.length} errors`
  throw new Fault('validation_failed', `The definition has ${count}`, { issues })
}
