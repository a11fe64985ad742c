import type { JsonObject } from '../world.ts'
import { readFields } from './field-list.ts'
import type { Graph } from './graph.ts'
import { readMetadata, readOutput, readSettings, readTriggers } from './header.ts'
import { errorAt, type Finding } from './problem.ts'
import { maxSteps, type Reading } from './reading.ts'
import { unknownKey } from './schema-findings.ts'
import { readScope } from './scope.ts'

const documentKeys = ['metadata', 'triggers', 'inputs', 'output', 'settings', 'start', 'nodes']

/** A document in the form of `nodes`, read. */
export interface Normalised {
  /** null if there are too many steps to look at. */
  graph: Graph | null
  findings: Finding[]
  /** Pointer that a check would use -> pointer into the document. */
  moved: Map<string, string>
}

/** Reads a document in the form of `nodes` into a graph with every default filled in; all problems are gathered. */
export function normalise(document: JsonObject): Normalised {
  const reading: Reading = { findings: [], pointers: new Map(), moved: new Map() }
  const { findings, moved } = reading
  for (const key of Object.keys(document))
    if (!documentKeys.includes(key))
      findings.push(errorAt(keyPath(key), 'unknown_key', unknownKey(key, documentKeys)))
  const metadata = readMetadata(document.metadata, findings)
  const triggers = readTriggers(document.triggers, findings)
  const inputs = readFields(document.inputs, findings)
  const output = readOutput(document.output, findings)
  const settings = readSettings(document.settings, triggers, findings)
  const scope = readScope(document, '', 0, reading)
  if (reading.pointers.size > maxSteps) return { graph: null, findings: [tooManySteps()], moved }
  const graph: Graph = {
    metadata,
    triggers,
    ...(inputs === undefined ? {} : { inputs }),
    ...(output === undefined ? {} : { output }),
    settings,
    ...scope,
  }
  return { graph, findings, moved }
}

function keyPath(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function tooManySteps(): Finding {
  return errorAt('/nodes', 'too_many_steps', `A flow has at most ${maxSteps} steps, those in bodies included`)
}
