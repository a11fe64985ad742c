import { ExpressionError } from '../../expressions/error.ts'
import { freeNames } from '../../expressions/names.ts'
import { isSafe } from '../../expressions/safe.ts'
import { type ExpressionPart, hasTemplate, parseTemplate } from '../../expressions/template.ts'
import type { Graph } from '../graph.ts'
import { sealedFields } from '../inputs.ts'
import { errorAt, type Finding } from '../problem.ts'

const path = '/settings/concurrency/key'

/**
 * The key that parts a flow's runs is worked out at the door, before there is a machine: it may read what is known there,
 * and nothing that could loop (hardening.md 2.1) or must not be seen (flow-language.md §6).
 */
export function checkConcurrency({ settings, inputs }: Graph): Finding[] {
  const key = settings.concurrency?.key
  if (key === undefined || !hasTemplate(key)) return []
  const sealed = sealedFields(inputs)
  return expressionsOf(key).flatMap((part) => [...checkSimple(part), ...checkSealed(part, sealed)])
}

/** A text that cannot be read is told of by the check of all expressions. */
function expressionsOf(key: string): ExpressionPart[] {
  try {
    return parseTemplate(key).parts.filter((part) => part.type === 'expression')
  } catch (error) {
    if (error instanceof ExpressionError) return []
    throw error
  }
}

function checkSimple({ offset, tree }: ExpressionPart): Finding[] {
  if (isSafe(tree)) return []
  const message =
    'A concurrency key is made of paths, texts, operators and conditions: work a longer one out before the start and send it as an input'
  return [{ ...errorAt(path, 'key_not_simple', message), offset }]
}

function checkSealed({ offset, tree }: ExpressionPart, sealed: string[]): Finding[] {
  const names = freeNames(tree).flatMap(({ name, path: [member] }) => {
    if (sealed.includes(name)) return [name]
    return ['inputs', 'input', 'shared'].includes(name) && member && sealed.includes(member) ? [member] : []
  })
  return [...new Set(names)].map((name) => ({
    ...errorAt(path, 'sealed_in_key', `${name} is sealed: a concurrency key is kept and cannot read it`),
    offset,
  }))
}
