import type { FlowSettings, Graph, Node, Retry, Scope } from '../../shared/definitions/graph.ts'
import { findStep } from '../../shared/steps/index.ts'
import type { JsonObject } from '../../shared/world.ts'

/** A step as a test writes it: what is left out has its default. */
export interface WrittenNode {
  type: string
  name?: string
  params?: Record<string, unknown>
  output?: string
  retry?: Retry
  timeoutSeconds?: number
  next?: string | Record<string, string>
}

/** A scope as a test writes it; it starts at its first step unless it says otherwise. */
export interface WrittenScope {
  start?: string
  nodes: Record<string, WrittenNode>
}

/** A graph as a test writes it. */
export interface WrittenGraph extends WrittenScope {
  name?: string
  inputs?: Graph['inputs']
  output?: JsonObject
  settings?: Partial<FlowSettings>
}

/** The graph that reading such a definition gives. */
export function graphOf(written: WrittenGraph): Graph {
  return {
    metadata: { name: written.name ?? 'Test' },
    triggers: [{ type: 'api' }],
    ...(written.inputs ? { inputs: written.inputs } : {}),
    ...(written.output ? { output: written.output } : {}),
    settings: {
      waitTimeoutSeconds: 604_800,
      durability: 'auto',
      syncSeconds: 25,
      retentionDays: 90,
      ...written.settings,
    },
    ...scopeOf(written),
  }
}

function scopeOf(written: WrittenScope): Scope {
  const nodes = Object.fromEntries(Object.entries(written.nodes).map(([id, node]) => [id, nodeOf(id, node)]))
  return { start: written.start ?? (Object.keys(nodes)[0] as string), nodes }
}

function nodeOf(id: string, written: WrittenNode): Node {
  const step = findStep(written.type)
  if (!step) throw new Error(`No step type ${written.type}`)
  const all = written.params ?? {}
  const bodies = step.bodies?.(all) ?? {}
  const raw = new Set(step.bodies ? ['body', 'branches'] : [])
  const params = Object.fromEntries(Object.entries(all).filter(([name]) => !raw.has(name))) as JsonObject
  return {
    id,
    type: step.type,
    writtenType: written.type,
    name: written.name ?? id,
    params,
    output: written.output ?? id,
    ...(written.retry ? { retry: written.retry } : {}),
    ...(written.timeoutSeconds === undefined ? {} : { timeoutSeconds: written.timeoutSeconds }),
    next: typeof written.next === 'string' ? { default: written.next } : (written.next ?? {}),
    bodies: Object.fromEntries(
      Object.entries(bodies).map(([name, body]) => [name, scopeOf(body as WrittenScope)]),
    ),
  }
}
