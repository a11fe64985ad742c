import type { JsonObject } from '../../world.ts'
import { builder } from './builder.ts'
import type { Dialect } from './dialect.ts'
import { flowrunner } from './flowrunner.ts'
import { nodes } from './nodes.ts'
import { steps } from './steps.ts'

/** In the order they are asked; `nodes` takes what is left. */
const dialects: Dialect[] = [builder, steps, flowrunner, nodes]

/** The dialect that a document is written in. */
export function recognise(document: JsonObject): Dialect {
  return dialects.find((dialect) => dialect.recognises(document)) ?? nodes
}
