import { ExpressionError } from '../../expressions/error.ts'
import { freeNames } from '../../expressions/names.ts'
import { isSafe } from '../../expressions/safe.ts'
import { type ExpressionPart, hasTemplate, parseTemplate } from '../../expressions/template.ts'
import { pointerOf } from '../../pointer.ts'
import type { JsonObject } from '../../world.ts'
import type { Graph } from '../graph.ts'
import { errorAt, type Finding, warningAt } from '../problem.ts'
import { isObject } from '../reading.ts'
import { eachKey, eachText } from '../texts.ts'

/**
 * What a webhook trigger makes of a delivery is worked out at the door, before there is a run (faces/dashboard.md §10): it
 * reads the delivery alone, and nothing in it may loop (hardening.md 2.1).
 */
export function checkWebhooks({ triggers, inputs: declared }: Graph): Finding[] {
  const names = declared && new Set(declared.map(({ name }) => name))
  return triggers.flatMap(({ type, inputs }, index) => {
    if (type !== 'webhook' || !isObject(inputs)) return []
    const path = `/triggers/${index}/inputs`
    return [...checkInputs(inputs, path, names), ...checkKeys(inputs, path), ...checkTexts(inputs, path)]
  })
}

function checkInputs(inputs: JsonObject, path: string, names: Set<string> | undefined): Finding[] {
  return Object.keys(inputs).flatMap((name) => {
    if (names === undefined || names.has(name)) return []
    const message = `The flow declares no input ${name}: it is dropped`
    return [warningAt(path + pointerOf([name]), 'unknown_input', message)]
  })
}

function checkKeys(inputs: JsonObject, path: string): Finding[] {
  const findings: Finding[] = []
  eachKey(inputs, (key, at) => {
    if (!hasTemplate(key)) return
    const message = 'Expressions are read in values, not in keys: write the name out'
    findings.push(errorAt(path + pointerOf(at), 'expression_in_key', message))
  })
  return findings
}

function checkTexts(inputs: JsonObject, path: string): Finding[] {
  const findings: Finding[] = []
  eachText(inputs, (text, at) => {
    for (const part of expressionsOf(text)) findings.push(...checkPart(part, path + pointerOf(at)))
  })
  return findings
}

/** A text that cannot be read is told of by the check of all expressions. */
function expressionsOf(text: string): ExpressionPart[] {
  try {
    return hasTemplate(text) ? parseTemplate(text).parts.filter((part) => part.type === 'expression') : []
  } catch (error) {
    if (error instanceof ExpressionError) return []
    throw error
  }
}

function checkPart({ offset, tree }: ExpressionPart, path: string): Finding[] {
  const foreign = freeNames(tree).filter(({ name }) => name !== 'trigger' && name !== 'secrets')
  const reads = [...new Set(foreign.map(({ name }) => name))].map((name) => {
    const message = `Inputs of a webhook read trigger.data alone; ${name} is not known before the run`
    return { ...errorAt(path, 'mapping_name', message), offset }
  })
  if (isSafe(tree)) return reads
  const message =
    'Inputs of a webhook are made of paths, texts, operators and conditions: do more in a step, e.g. transform'
  return [...reads, { ...errorAt(path, 'mapping_not_simple', message), offset }]
}
