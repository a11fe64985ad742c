import type { JsonObject } from '../world.ts'
import { type CheckOptions, checkGraph } from './check.ts'
import { originOf } from './dialects/dialect.ts'
import { recognise } from './dialects/recognise.ts'
import type { Graph, Written } from './graph.ts'
import { normalise } from './normalise.ts'
import { type Place, placesOf } from './places.ts'
import { errorAt, type Finding, type Problem, warningAt } from './problem.ts'
import { type DefinitionText, readText } from './text.ts'
import { textAt } from './texts.ts'

/** Most problems that are told at once. */
const maxProblems = 1000

/** A definition, read as far as it can be. */
export interface Definition {
  /** As the author wrote it. */
  written: Written
  /** null if the document is beyond reading; must not be compiled if a problem is an error. */
  graph: Graph | null
  /** All of them, in the order of the text. */
  problems: Problem[]
}

/**
 * Reads a definition in any dialect: YAML or JSON text, or the same document as an object.
 *
 * @throws {Fault} `validation_failed` if the text cannot be read at all; its issue has path `/definition`, line and column.
 */
export function readDefinition(input: string | JsonObject, options: CheckOptions = {}): Definition {
  const read = readText(input)
  const { text, format, document } = read
  const dialect = recognise(document)
  const converted = dialect.convert(document)
  const written: Written = { text, format, dialect: dialect.name }
  if (converted.document === null) return { written, graph: null, problems: placed(converted.findings, read) }

  const { graph, findings, moved } = normalise(converted.document)
  const checked = graph === null ? [] : checkGraph(graph, options)
  const all = withoutEchoes([...converted.findings, ...findings, ...checked])
  const own = all.map((finding) => {
    const path = originOf(originOf(finding.path, moved), converted.moved)
    const { offset, ...rest } = { ...finding, path }
    return offset === undefined || converted.rewritten.has(finding.path) ? rest : { ...rest, offset }
  })
  return { written, graph, problems: placed([...notices(read), ...own], read) }
}

/** Where it is open with which step a scope begins, it is open too which steps no way leads to. */
function withoutEchoes(findings: Finding[]): Finding[] {
  const parent = (path: string) => path.slice(0, path.lastIndexOf('/'))
  const open = new Set(
    findings.filter(({ code }) => code === 'several_starts').map(({ path }) => parent(path)),
  )
  return findings.filter(({ code, path }) => code !== 'unreachable' || !open.has(parent(path)))
}

/** The author is told when his text was not read quite as it stands. */
function notices({ reindented }: DefinitionText): Finding[] {
  if (reindented === undefined) return []
  const message = 'The indentation of this YAML was lost; it was read as if every step stood under nodes'
  return [warningAt('/nodes', 'indentation_lost', message)]
}

/** Adds line and column, and puts the problems into the order of the text. */
function placed(findings: Finding[], read: DefinitionText): Problem[] {
  if (findings.length === 0) return []
  const { text, format, document, reindented } = read
  const places = placesOf({ text: reindented ?? text, format })
  const problems = findings.map(({ offset, ...problem }) => {
    const value = offset === undefined ? undefined : textAt(document, problem.path)
    const inside = offset === undefined || value === undefined ? undefined : { value, offset }
    return { ...problem, ...asWritten(places.find(problem.path, inside), read) }
  })
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  return problems.length <= maxProblems
    ? problems
    : [...problems.slice(0, maxProblems), more(problems.length)]
}

/** The place in the text as it came: lines are the same, columns are without the spaces put back. */
function asWritten({ line, column }: Place, { text, reindented }: DefinitionText): Place {
  if (reindented === undefined) return { line, column }
  const length = (of: string) => of.split('\n')[line - 1]?.length ?? 0
  return { line, column: Math.max(1, column - (length(reindented) - length(text))) }
}

function more(count: number): Problem {
  return errorAt('', 'too_many_problems', `There are ${count} problems; the first ${maxProblems} are listed`)
}
