import { ExpressionError } from '../../expressions/error.ts'
import { freeNames, secretsIn } from '../../expressions/names.ts'
import { type ExpressionPart, hasTemplate, parseTemplate } from '../../expressions/template.ts'
import { pointerOf } from '../../pointer.ts'
import type { StepType } from '../../steps/define.ts'
import { findStep } from '../../steps/index.ts'
import type { Json, JsonObject } from '../../world.ts'
import type { Graph } from '../graph.ts'
import { errorAt, type Finding, warningAt } from '../problem.ts'
import { eachKey, eachText } from '../texts.ts'
import { everyStep, type Visit } from '../walk.ts'
import { contextNames } from './context-names.ts'
import { outlook, type Sight } from './sight.ts'

/** Every expression can be read, reads names that are there, and keeps secrets where they may be. */
export function checkExpressions(graph: Graph): Finding[] {
  const look = outlook(graph)
  const before = { inputs: look.inputs, secrets: false, names: new Set<string>(), stepIds: new Set<string>() }
  return [
    ...everyStep(graph).flatMap((visit) => checkStep(visit, look.from(visit))),
    ...checkValue(graph.settings.concurrency?.key, '/settings/concurrency/key', {
      ...before,
      who: 'settings',
    }),
    ...graph.triggers.flatMap(({ inputs }, index) =>
      checkValue(inputs, `/triggers/${index}/inputs`, { ...before, who: 'triggers' }),
    ),
  ]
}

function checkStep({ node, pointer }: Visit, sight: Sight): Finding[] {
  const step = findStep(node.type)
  if (step === undefined) return []
  const params = withoutLiterals(step, node.params)
  const keys: Finding[] = []
  eachKey(params, (key, path) => {
    if (!hasTemplate(key)) return
    const message = 'Expressions are read in values, not in keys: write the name out'
    keys.push(errorAt(`${pointer}/params${pointerOf(path)}`, 'expression_in_key', message, node.id))
  })
  const values = Object.entries(params).flatMap(([param, value]) =>
    checkValue(value, `${pointer}/params${pointerOf([param])}`, seenIn(node, param, sight)),
  )
  return [...keys, ...values]
}

/** The params in which expressions are read: another language's texts may hold `{{`. */
function withoutLiterals({ literals = [] }: StepType, params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !literals.includes(name)))
}

/** Some params read names of their own, such as what a tool is called with. */
function seenIn({ type }: Visit['node'], param: string, sight: Sight): Sight {
  const own = findStep(type)?.paramNames?.[param]
  return own === undefined ? sight : { ...sight, names: new Set([...sight.names, ...own]) }
}

function checkValue(value: Json | undefined, path: string, sight: Sight): Finding[] {
  const findings: Finding[] = []
  eachText(value, (text, at) => {
    if (hasTemplate(text)) findings.push(...checkText(text, path + pointerOf(at), sight))
  })
  return findings
}

function checkText(text: string, path: string, sight: Sight): Finding[] {
  try {
    return parseTemplate(text).parts.flatMap((part) =>
      'tree' in part ? [...checkSecrets(part, path, sight), ...checkNames(part, path, sight)] : [],
    )
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return [{ ...errorAt(path, error.code, error.message, sight.stepId), offset: error.offset }]
  }
}

function checkSecrets({ source, offset, tree }: ExpressionPart, path: string, sight: Sight): Finding[] {
  if ([...secretsIn(tree)].length === 0 && !/^\s*secrets\s*$/.test(source)) return []
  if (!sight.secrets) {
    const message = `A secret cannot stand in ${sight.who}: only steps that reach out, such as http.request, read secrets`
    return [{ ...errorAt(path, 'secret_misplaced', message, sight.stepId), offset }]
  }
  if (/^\s*secrets\.[A-Za-z_][A-Za-z0-9_]*\s*$/.test(source)) return []
  const message =
    'A secret stands alone as {{secrets.KEY}}; text may stand around it, but no expression may use it'
  return [{ ...errorAt(path, 'secret_not_alone', message, sight.stepId), offset }]
}

function checkNames({ offset, tree }: ExpressionPart, path: string, sight: Sight): Finding[] {
  const told = new Set<string>()
  return freeNames(tree).flatMap(({ name, path: members, offset: at, certain }) => {
    const unknown = certain ? unknownName(name, members, sight) : undefined
    if (unknown === undefined || told.has(unknown)) return []
    told.add(unknown)
    const message = `Nothing is called ${unknown} here: it reads as null`
    return [{ ...warningAt(path, 'unknown_name', message, sight.stepId), offset: offset + at }]
  })
}

function unknownName(
  name: string,
  [member]: string[],
  { names, inputs, stepIds }: Sight,
): string | undefined {
  if (names.has(name)) return undefined
  if (name === 'nodes') return member === undefined || stepIds.has(member) ? undefined : `nodes.${member}`
  if (name === 'inputs')
    return member === undefined || inputs === undefined || inputs.has(member) ? undefined : `inputs.${member}`
  if (name === 'shared')
    return member === undefined || inputs === undefined || inputs.has(member) || names.has(member)
      ? undefined
      : `shared.${member}`
  if (contextNames.includes(name) || inputs === undefined || inputs.has(name)) return undefined
  return name
}
