import type { Graph } from '../definitions/graph.ts'
import type { Frame, Spot, Zone } from './frame.ts'

/** Everything that is known about a graph before its states are written. */
export interface Plan {
  graph: Graph
  root: Zone
  /** All steps by id, bodies included. */
  spots: Map<string, Spot>
  /** Rounds of a body whose author gave no bound. */
  openLimit: number
  /** Frames that keep a trace of their own. */
  traced: Set<Frame>
  /** True if waits send what the native steps left; else only the end of the run does. */
  seesAll: boolean
  /** True if `finish` can name the results of all steps that end the run in one expression. */
  fewEnds: boolean
}
