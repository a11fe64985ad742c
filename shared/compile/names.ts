import { literalText } from '../asl/expression.ts'
import type { Graph } from '../definitions/graph.ts'
import type { Frame, Spot, Zone } from './frame.ts'

/** JSONata text for a context name; `path` is what an expression reads of it, where that is known. */
export type Lookup = (name: string, path: string[] | null) => string | undefined

/** What expressions of one step may read (flow-language.md §2): the first that knows a name gives its meaning. */
export function lookupAt(spot: Spot, graph: Graph): Lookup {
  const frames = framesOf(spot.zone.frame)
  const declared = graph.inputs && new Set(graph.inputs.map(({ name }) => name))
  return (name, path) => {
    const near = bodyName(spot.zone, name) ?? firstOf(frames, ({ outputs }) => outputs.get(name))
    if (near !== undefined) return near.startsWith('$') || near.startsWith('{') ? near : `$${near}`
    if (name === 'inputs') return '$inputs'
    if (declared?.has(name)) return inputNamed(name)
    return context(name, path, spot, frames, graph) ?? (declared ? 'null' : inputNamed(name))
  }
}

function context(
  name: string,
  path: string[] | null,
  spot: Spot,
  frames: Frame[],
  graph: Graph,
): string | undefined {
  switch (name) {
    case 'nodes':
      return nodesObject(frames, path)
    case 'last':
      return spot.last
    case 'lastError':
      return `$${spot.zone.frame.prefix}lastError`
    case 'approval': {
      const latest = firstOf(frames, ({ latest }) => latest.get(name))
      return latest === undefined ? 'null' : `$${latest}`
    }
    case 'trigger':
    case 'run':
    case 'user':
      return `$${name}`
    case 'currentUser':
      return '$user'
    case 'flow':
      return `{"id": $run.flowId, "name": ${literalText(graph.metadata.name)}, "version": $run.version}`
    case 'secrets':
      return undefined
    case 'input':
      return mergedInput(spot.last)
    case 'shared':
      return sharedObject(frames, path)
  }
  return undefined
}

/** Innermost first. */
export function framesOf(frame: Frame): Frame[] {
  return frame.outer ? [frame, ...framesOf(frame.outer)] : [frame]
}

function bodyName(zone: Zone, name: string): string | undefined {
  return zone.names.get(name) ?? (zone.container ? bodyName(zone.container.zone, name) : undefined)
}

function firstOf<T>(frames: Frame[], read: (frame: Frame) => T | undefined): T | undefined {
  for (const frame of frames) {
    const found = read(frame)
    if (found !== undefined) return found
  }
  return undefined
}

function inputNamed(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !words.has(name)
    ? `$inputs.${name}`
    : `$lookup($inputs, ${literalText(name)})`
}

/** Words that JSONata reads as operators where a name could stand. */
const words = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function'])

/** All steps by id, or the one that is read. */
function nodesObject(frames: Frame[], path: string[] | null): string {
  const spots = frames.toReversed().flatMap(({ spots }) => spots)
  const read = path === null ? spots : spots.filter(({ node }) => node.id === path[0])
  return objectOf(read.map(({ node, variable }) => [node.id, variable]))
}

/** Seed 003's `shared`: a step's output, else an input. */
function sharedObject(frames: Frame[], path: string[] | null): string {
  const outputs = new Map(frames.toReversed().flatMap((frame) => [...frame.outputs]))
  if (path === null) return `$merge([$inputs, ${objectOf([...outputs])}])`
  const variable = outputs.get(path[0] as string)
  return variable === undefined ? '$inputs' : objectOf([[path[0] as string, variable]])
}

function objectOf(members: [name: string, variable: string][]): string {
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, variable]) => `${literalText(name)}: $${variable}`).join(', ')}}`
}

/** Seed 003's `input` at a step, whatever else bears that name. */
export function inputAt(spot: Spot): string {
  return mergedInput(spot.last)
}

/** Seed 003's `input`: what the step before left; an object is laid over the run's inputs. */
function mergedInput(last: string): string {
  if (last === 'null') return '$inputs'
  return `($type(${last}) = "object" ? $merge([$inputs, ${last}]) : $type(${last}) = "null" ? $inputs : ${last})`
}
