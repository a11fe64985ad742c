import { compile } from '../compile/compile.ts'
import { CompileError } from '../compile/compile-error.ts'
import { machineKinds } from '../compile/kind.ts'
import { publishable } from '../definitions/problem.ts'
import { type Definition, readDefinition } from '../definitions/read.ts'

/** What a text reads as, and every problem that can be seen without looking at other flows. */
export function readText(text: string): Definition {
  return withCompiling(readDefinition(text))
}

/** Adds what only the compiler sees, e.g. a run that would become too long. */
function withCompiling(definition: Definition): Definition {
  const { graph, problems } = definition
  if (graph === null || !publishable(problems)) return definition
  try {
    const kind = machineKinds(graph).standardOnly ? 'standard' : 'express'
    compile(graph, { kind, stepFunction: 'step', scriptFunction: 'script' })
    return definition
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    const found = error.issues.map((issue) => ({ severity: 'error' as const, ...issue }))
    return { ...definition, problems: [...problems, ...found] }
  }
}
