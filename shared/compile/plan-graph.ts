import type { Graph, Scope } from '../definitions/graph.ts'
import { findStep } from '../steps/index.ts'
import { CompileError } from './compile-error.ts'
import { markFirst } from './first.ts'
import { type Frame, type Spot, variableWord, type Zone } from './frame.ts'
import { openLimit } from './history.ts'
import { traceLast } from './last-output.ts'
import type { Plan } from './plan.ts'
import { seesAll, tracedFrames } from './trace.ts'

/**
 * Looks at a whole graph: which variables there are and who may read them.
 *
 * @throws {CompileError} for two ids with one variable name, or more history than a run may have.
 */
export function planGraph(graph: Graph): Plan {
  const spots = new Map<string, Spot>()
  const frame = newFrame('', null)
  const root = planZone(
    { kind: 'run', scope: graph, frame, container: null, names: new Map(), iteration: null },
    spots,
  )
  prefixFrames([...spots.values()])
  for (const spot of spots.values()) nameVariables(spot)
  for (const one of framesOf([...spots.values()], frame)) shareNames(one)
  nameBodies([...spots.values()])
  refuseTwins(spots)
  markFirst(root)
  traceLast(root, 'null')
  const all = [...spots.values()]
  return {
    graph,
    root,
    spots,
    openLimit: openLimit(graph),
    traced: tracedFrames(all),
    seesAll: seesAll(all),
    fewEnds: countEnds(root) <= 40,
  }
}

/** Steps with an output after which the run may end. */
function countEnds({ frame, scope }: Zone): number {
  const ending = frame.spots.filter(
    ({ node, step }) => scope.nodes[node.id] && !step.silent && node.next.default === undefined,
  )
  return ending.length
}

function newFrame(prefix: string, outer: Frame | null): Frame {
  return { prefix, outer, spots: [], outputs: new Map(), latest: new Map() }
}

function planZone(zone: Zone, spots: Map<string, Spot>): Zone {
  for (const node of Object.values(zone.scope.nodes)) {
    const step = findStep(node.type)
    if (!step) throw new Error(`No step type ${node.type}: only checked graphs can be compiled`)
    const spot: Spot = {
      node,
      step,
      zone,
      variable: '',
      aliases: [],
      first: false,
      last: 'null',
      bodies: new Map(),
    }
    spots.set(node.id, spot)
    zone.frame.spots.push(spot)
    for (const name of Object.keys(node.bodies).sort())
      spot.bodies.set(name, planBody(spot, node.bodies[name] as Scope, spots))
  }
  return zone
}

function planBody(container: Spot, scope: Scope, spots: Map<string, Spot>): Zone {
  const kind = container.step.bodyKind
  if (!kind) throw new Error(`${container.node.type} has no bodies`)
  const frame = kind === 'loop' ? container.zone.frame : newFrame('', container.zone.frame)
  const { iteration } = container.zone
  return planZone({ kind, scope, frame, container, names: new Map(), iteration }, spots)
}

/** Numbers the frames by the ids of their containers, so that the order of writing does not show. */
function prefixFrames(spots: Spot[]): void {
  const bodies = spots
    .filter(({ step }) => step.bodyKind === 'item' || step.bodyKind === 'branch')
    .sort((a, b) => (a.node.id < b.node.id ? -1 : 1))
    .flatMap((spot) => [...spot.bodies.values()])
  for (const [index, body] of bodies.entries()) body.frame.prefix = `b${index + 1}_`
}

function nameVariables(spot: Spot): void {
  spot.variable = `${spot.zone.frame.prefix}s_${variableWord(spot.node.id)}`
}

function framesOf(spots: Spot[], root: Frame): Set<Frame> {
  return new Set([root, ...spots.map(({ zone }) => zone.frame)])
}

/** Gives an output name, or the latest of a type, that only one step can mean that step's variable, else one of its own. */
function shareNames(frame: Frame): void {
  const speaking = frame.spots.filter(({ step }) => !step.silent)
  share(speaking, (spot) => spot.node.output, `${frame.prefix}o_`, frame.outputs)
  const kinds = speaking.filter(({ step }) => step.latestAs !== undefined)
  share(kinds, ({ step }) => step.latestAs as string, `${frame.prefix}l_`, frame.latest)
}

function share(
  spots: Spot[],
  nameOf: (spot: Spot) => string,
  prefix: string,
  variables: Map<string, string>,
): void {
  const words = new Set<string>()
  for (const [name, owners] of [...Map.groupBy(spots, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [only] = owners
    if (owners.length === 1 && only) {
      variables.set(name, only.variable)
      continue
    }
    let word = prefix + variableWord(name).slice(0, 64)
    while (words.has(word)) word += '_'
    words.add(word)
    variables.set(name, word)
    for (const owner of owners) owner.aliases.push(word)
  }
}

/** The names that bodies add, and their loop indexes: outer containers first. */
function nameBodies(spots: Spot[]): void {
  for (const spot of spots) for (const body of spot.bodies.values()) nameBody(spot, body)
}

function nameBody(container: Spot, body: Zone): void {
  const outer = container.zone.iteration
  if (body.kind === 'branch') body.iteration = outer
  if (body.kind === 'branch' || body.kind === 'run') return
  const { prefix } = body.frame
  const count = body.kind === 'item' ? `$${prefix}index` : `$${counterOf(container)}`
  body.iteration = outer === null ? `$string(${count})` : `${outer} & "." & ${count}`
  if (body.kind === 'loop') {
    body.names.set('iteration', count).set('_while', `{"iteration": ${count}}`)
    return
  }
  const ends = `"isFirst": $${prefix}index = 0, "isLast": $${prefix}index = $${prefix}total - 1`
  body.names.set('item', `$${prefix}item`).set('index', count)
  body.names.set('_each', `{"item": $${prefix}item, "index": ${count}, "total": $${prefix}total, ${ends}}`)
}

/** The variable that counts a loop's rounds. */
export function counterOf({ node, zone }: Spot): string {
  return `${zone.frame.prefix}w_${variableWord(node.id)}`
}

function refuseTwins(spots: Map<string, Spot>): void {
  const twins = [...Map.groupBy(spots.keys(), variableWord).values()].filter((ids) => ids.length > 1)
  if (twins.length === 0) return
  throw new CompileError(
    twins.map((ids) => ({
      path: '/nodes',
      code: 'same_variable',
      message: `The step ids ${ids.join(' and ')} differ only by - and _`,
      stepId: ids[1] as string,
    })),
  )
}
